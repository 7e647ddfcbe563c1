import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { noBrowser } from "./support/chromium.ts";
import { conversation, untilSaid } from "./support/console.ts";
import { LifecycleBrowser } from "./support/lifecycle.ts";
import { untilOver } from "./support/scenarios.ts";
import { start } from "./support/seed.ts";
import { ServerProcess } from "./support/server-process.ts";
import { followersOf } from "./support/stored.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)("a tab that the browser freezes", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
    return () => server[Symbol.asyncDispose]();
  });

  test.each([
    { how: "is told so", untold: false },
    { how: "is not told", untold: true },
  ])(
    "D1: while it leads and $how: the next goes on and stops the run; awake, it shows all, once",
    async ({ untold }) => {
      await using browser = await LifecycleBrowser.launch();
      const threadId = `web-frozen-${untold ? "untold" : "told"}`;
      const address = `${server.url}/threads/${threadId}`;
      const leader = await browser.tab(address, untold);
      await untilOver(leader, "ws");
      const follower = await browser.tab(address);
      await untilOver(follower, "ws");
      await start(server.url, threadId, "scripted", "tokens=100000 interval=20");
      await untilSaid(follower, /t20 /);
      const before = await holderOf(follower);
      await leader.evaluate(TICK);
      await browser.freeze(leader);
      const ticks = await leader.evaluate<number>("ticks");
      // In the follower, the lead is what has to change hands.
      await untilHandedOver(follower, before);
      await untilMoreSaid(follower);
      // It was frozen indeed, all the while.
      expect(await leader.evaluate<number>("ticks")).toBe(ticks);
      await follower.getByRole("button", { name: "Stop" }).click();
      await follower.getByTestId("run-ended").filter({ hasText: "Stopped" }).waitFor();
      await browser.thaw(leader);
      await expectWholeIn(leader, follower);
      expect(await followersOf(server.url, threadId)).toBe(1);
    },
  );

  test("D1: while it leads, its main thread is blocked: the next goes on and stops the run; free again, it shows all, once", async () => {
    await using browser = await LifecycleBrowser.launch();
    const address = `${server.url}/threads/web-blocked`;
    const leader = await browser.tab(address);
    await untilOver(leader, "ws");
    const follower = await browser.tab(address);
    await untilOver(follower, "ws");
    await start(server.url, "web-blocked", "scripted", "tokens=100000 interval=20");
    await untilSaid(follower, /t20 /);
    const before = await holderOf(follower);
    const goOn = await browser.halt(leader);
    await untilHandedOver(follower, before);
    await untilMoreSaid(follower);
    await follower.getByRole("button", { name: "Stop" }).click();
    await follower.getByTestId("run-ended").filter({ hasText: "Stopped" }).waitFor();
    await goOn();
    await expectWholeIn(leader, follower);
    expect(await followersOf(server.url, "web-blocked")).toBe(1);
  });
});

/** Tells the tab that leads by the lock it holds; tabs' own locks have longer names. As text: this side has no DOM. */
const HOLDER = `async () => {
  const { held } = await navigator.locks.query();
  return held.find(({ name }) => name.startsWith("throughline ") && !name.includes(".tab."))?.clientId;
}`;

const TICK = "globalThis.ticks = 0; setInterval(() => (globalThis.ticks += 1), 50);";

async function holderOf(page: Page): Promise<string> {
  return page.evaluate<string>(`(${HOLDER})()`);
}

/** Waits until another tab leads than the one that had the lock. */
async function untilHandedOver(page: Page, before: string): Promise<void> {
  await page.waitForFunction(`(${HOLDER})().then((holder) => ![undefined, "${before}"].includes(holder))`);
}

/** Both show the stopped run with each of its words once, and the one that stood still is connected. */
async function expectWholeIn(stood: Page, other: Page): Promise<void> {
  await stood.getByTestId("run-ended").filter({ hasText: "Stopped" }).waitFor();
  const whole = await conversation(other);
  expect(await conversation(stood)).toBe(whole);
  const words = /t0 .*t\d+/s.exec(whole)?.[0].trim().split(/\s+/) ?? [];
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual(words.map((_, n) => `t${n}`));
  await untilOver(stood, "ws");
}

/** Waits for words that are not there yet. */
async function untilMoreSaid(page: Page): Promise<void> {
  const last = Math.max(...[...(await conversation(page)).matchAll(/\bt(\d+)\b/g)].map(([, n]) => Number(n)));
  await untilSaid(page, new RegExp(`t${last + 20} `));
}
