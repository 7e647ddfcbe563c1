import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { noBrowser, TestBrowser } from "./support/chromium.ts";
import { conversation, untilSaid } from "./support/console.ts";
import { Proxy } from "./support/proxy.ts";
import { untilOver } from "./support/scenarios.ts";
import { start } from "./support/seed.ts";
import { ServerProcess } from "./support/server-process.ts";
import { followersOf } from "./support/stored.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

const TABS = 10;

describe.skipIf(noBrowser !== undefined)("the tabs of a browser", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  /** Ten tabs at the same thread. */
  const openTabs = async (address: string): Promise<{ readonly pages: readonly Page[]; readonly errors: string[] }> => {
    const opened = await browser.open(address);
    const pages = [opened.page];
    while (pages.length < TABS) pages.push(await opened.tab(address));
    return { pages, errors: opened.errors };
  };

  test.each([
    { way: "a WebSocket", refusesUpgrades: false, name: "ws" as const },
    { way: "server-sent events", refusesUpgrades: true, name: "sse" as const },
  ])("ten share one connection over $way, show the same, and count as one who watches", async (transport) => {
    await using proxy = await Proxy.start(server.url, transport);
    const threadId = `web-ten-${transport.name}`;
    const { pages, errors } = await openTabs(`${proxy.url}/threads/${threadId}`);
    for (const page of pages) {
      await untilOver(page, transport.name);
    }
    await start(server.url, threadId, "scripted", "tokens=60 interval=20 tools=1");
    for (const page of pages) await page.getByTestId("run-ended").waitFor();
    const [first, ...others] = await Promise.all(pages.map((page) => conversation(page)));
    expect(first).toContain(Array.from({ length: 60 }, (_, n) => `t${n}`).join(" "));
    for (const other of others) expect(other).toBe(first);
    expect(await pages[0]?.getByTestId("watcher").count()).toBe(1);
    expect(await followersOf(server.url, threadId)).toBe(1);
    expect(errors).toEqual([]);
    await pages[0]?.context().close();
  });

  test("D1: the leading tab is closed, another takes over, and none misses or repeats anything", async () => {
    const threadId = "web-led";
    const { pages, errors } = await openTabs(`${server.url}/threads/${threadId}`);
    const [first, second, ...rest] = pages;
    if (first === undefined || second === undefined) throw new Error("There are ten.");
    await start(server.url, threadId, "scripted", "tokens=150 interval=20");
    await untilSaid(first, /t20 /);
    // The first was alone for a while, so it leads; then the next in line.
    await first.close();
    await untilSaid(second, /t70 /);
    await second.close();
    for (const page of rest) {
      await page.getByTestId("run-ended").waitFor();
      const text = await conversation(page);
      expect(text).toContain(Array.from({ length: 150 }, (_, n) => `t${n}`).join(" "));
      expect(text.split("t149")).toHaveLength(2);
    }
    expect(await followersOf(server.url, threadId)).toBe(1);
    expect(errors).toEqual([]);
    await rest[0]?.context().close();
  });

  test("“Kill my connection” in any tab kills the one they share, and all go on", async () => {
    const threadId = "web-killed";
    const address = `${server.url}/threads/${threadId}`;
    const opened = await browser.open(address);
    const other = await opened.tab(address);
    await start(server.url, threadId, "scripted", "tokens=150 interval=20");
    await untilSaid(other, /t20 /);
    await other.getByRole("button", { name: "Thread actions" }).click();
    await other.getByRole("menuitem", { name: "Kill my connection" }).click();
    for (const page of [opened.page, other]) {
      await page.getByTestId("run-ended").waitFor();
      expect(await conversation(page)).toContain(Array.from({ length: 150 }, (_, n) => `t${n}`).join(" "));
    }
    await opened.page.goto(`${server.url}/playground`);
    await opened.page.getByText("Kills").waitFor();
    expect(opened.errors).toEqual([]);
  });
});
