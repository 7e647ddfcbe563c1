import { expect } from "vitest";
import type { Page } from "playwright-core";

/** What people do on the console's pages, and what they see there. */

/** Asks on the start page; resolves on the thread's page. */
export async function ask(page: Page, text: string, agent?: string): Promise<void> {
  if (agent !== undefined) {
    await page.getByRole("combobox", { name: "Agent" }).click();
    await page.getByRole("option", { name: agent }).click();
  }
  await page.getByLabel("Your question").fill(text);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/threads/*");
}

/** Says something in the thread at hand. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Waits until the conversation holds this text. */
export async function untilSaid(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole("region", { name: "Conversation" }).getByText(text).first().waitFor();
}

/**
 * The conversation as it is read. Without how long each tool call took: that is told for the newest
 * run only.
 */
export async function conversation(page: Page): Promise<string> {
  // Until the Markdown reader has been fetched, texts show as they were written.
  await untilRead(page);
  const text = await page.getByRole("region", { name: "Conversation" }).innerText();
  return text.replaceAll(/^\d+(\.\d)? m?s\n/gm, "");
}

/** Waits until every text is set as Markdown. */
export async function untilRead(page: Page): Promise<void> {
  await page.locator("[data-testid=text]:not(:has(.prose))").first().waitFor({ state: "detached" });
}

export async function untilLive(page: Page): Promise<void> {
  await page.getByTestId("pill").filter({ hasText: /^Live/ }).waitFor();
}

/** Nothing sticks out to the side. */
export async function expectNoOverflow(page: Page): Promise<void> {
  // As text, since this side of the wire knows no DOM.
  const [content = 0, width = 0] = await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
  expect(content).toBeLessThanOrEqual(width);
}
