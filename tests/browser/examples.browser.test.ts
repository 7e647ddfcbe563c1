import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { folderOf, startExample } from "../support/example.ts";
import { accessibilityProblems } from "./support/axe.ts";
import { noBrowser, TestBrowser } from "./support/chromium.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)("the examples with a page", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
    return () => browser[Symbol.asyncDispose]();
  });

  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.keyboard.press("Enter");
  };

  test("react-vite: a chat with a live chart, watched by two, in both themes", async () => {
    await using example = await startExample("react-vite");
    const first = await browser.open(example.origin);
    await first.page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    const second = await browser.open(example.origin, { dark: true });
    await second.page.getByLabel("2 watching").waitFor();
    await say(first.page, "Analyze the S&P 500");
    for (const { page } of [first, second]) {
      await page.getByText("load_candles").waitFor();
      await page.getByRole("group", { name: /Price chart of S&P 500/ }).waitFor();
      await page.getByText(/Done in/).waitFor();
    }
    const text = (page: Page): Promise<string> => page.getByRole("region", { name: "Conversation" }).innerText();
    expect(await text(second.page)).toBe(await text(first.page));
    await first.page.getByRole("button", { name: "Data" }).click();
    await first.page.getByText("Prices, newest first").waitFor();
    for (const { page, errors } of [first, second]) {
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(errors).toEqual([]);
    }
    expect(await example.stop()).toBe(0);
  });

  // The first time, Next.js is installed.
  test("nextjs: rendered on the server without a socket, then live", { timeout: 300_000 }, async () => {
    installNext();
    await using example = await startExample("nextjs");
    const html = await (await fetch(example.origin)).text();
    expect(html).toContain("Loading the conversation");
    const { page, errors } = await browser.open(`${example.origin}/?thread=t`);
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    await say(page, "tokens=20 interval=5");
    await page.getByText(/Done in/).waitFor();
    await page.reload();
    await page.getByLabel("Agent").filter({ hasText: "t18 t19" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(errors).toEqual([]);
    expect(await example.stop()).toBe(0);
  });
});

/** Next.js is too large to come with every clone: the example installs it, as its `npm start` does. */
function installNext(): void {
  const cwd = folderOf("nextjs");
  if (existsSync(`${cwd}/node_modules/next`)) return;
  const npm = ["npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]] as const;
  const { status, stderr } = spawnSync(...npm, { cwd, encoding: "utf8", timeout: 200_000 });
  if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
}
