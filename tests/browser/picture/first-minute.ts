import type { Page } from "playwright-core";
import { untilLive } from "../support/console.ts";
import type { Proxy } from "../support/proxy.ts";
import type { Camera } from "./camera.ts";

/** Where the film plays. */
export interface Stage {
  readonly page: Page;
  readonly camera: Camera;
  /** The way from the page to its server. */
  readonly network: Proxy;
  /** Opens an address as another person would. */
  readonly invite: (url: string) => Promise<void>;
}

/**
 * What the README's picture shows: a question, the answer as it comes, somebody else who watches, the
 * connection lost and caught up with, and a look back at how it came about.
 */
export async function firstMinute({ page, camera, network, invite }: Stage): Promise<void> {
  await page.getByLabel("Your question").pressSequentially("Analyze the S&P 500", { delay: 40 });
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
  await page.getByRole("group", { name: /Price chart of/ }).waitFor();
  await invite(page.url());
  camera.speed = 2;
  await page.getByRole("heading", { name: /market report/ }).waitFor();
  camera.speed = 1;
  network.set({ isDown: true });
  network.cut();
  await camera.pictures(10);
  network.set({ isDown: false });
  // It would come back by itself; nobody likes to watch that wait.
  await page.getByTestId("pill").click();
  await page.mouse.move(0, 0);
  await untilLive(page);
  await camera.pictures(4);
  camera.speed = 4;
  await page.getByText("Done in").waitFor();
  camera.speed = 1;
  await page.waitForTimeout(1000);
  await lookBack(page);
  await page.getByRole("button", { name: "Back to live" }).click();
  await page.getByTestId("at-live").waitFor();
  await page.waitForTimeout(1000);
}

/** Drags the line from live to where the report was not yet written. */
async function lookBack(page: Page): Promise<void> {
  const box = await page.getByRole("slider", { name: "Position in the thread" }).boundingBox();
  if (box === null) throw new Error("The line is not on the page.");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width - 1, y);
  await page.mouse.down();
  for (let step = 1; step <= 24; step++) {
    await page.mouse.move(box.x + box.width * (1 - 0.036 * step), y);
    await page.waitForTimeout(100);
  }
  await page.mouse.up();
  await page.waitForTimeout(1000);
}
