import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import type { OpenPage, TestBrowser } from "./chromium.ts";
import type { Moment } from "./moments.ts";
import { type Meddling, Proxy } from "./proxy.ts";
import { start } from "./seed.ts";
import { ServerProcess } from "./server-process.ts";
import { untilMoreStored } from "./stored.ts";

/** A page that watches a run, and what is around it. */
export interface Stage {
  readonly browser: TestBrowser;
  readonly server: ServerProcess;
  /** Between page and server. */
  readonly proxy: Proxy;
  readonly opened: OpenPage;
  readonly page: Page;
  readonly threadId: string;
}

/** Something that befalls a page while it watches a run. */
export interface Scenario {
  readonly name: string;
  /** What the network does from the start. Default nothing. */
  readonly network?: Partial<Meddling>;
  /** What the connection goes over, as the header calls it. */
  readonly transport: "ws" | "sse" | "poll";
  /** The server dies and with it what runs on it. */
  readonly killsRuns?: boolean;
  /** @returns another page that watches from then on, if there is one */
  readonly disturb: (stage: Stage) => Promise<Page | undefined>;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "refreshed", transport: "ws", disturb: ({ page }) => page.reload().then(() => undefined) },
  { name: "in a second tab", transport: "ws", disturb: ({ opened, page }) => opened.tab(page.url()) },
  {
    name: "in a second profile",
    transport: "ws",
    disturb: async ({ browser, page }) => (await browser.open(page.url())).page,
  },
  {
    name: "offline and back",
    transport: "ws",
    disturb: async (stage) => {
      const context = stage.page.context();
      stage.proxy.set({ isDown: true });
      stage.proxy.cut();
      await stage.page.getByTestId("pill").filter({ hasText: "Reconnecting" }).waitFor();
      // Behind the cut: Chromium may keep to itself that a socket broke while the page is told to be offline.
      await context.setOffline(true);
      await whileAway(stage);
      stage.proxy.set({ isDown: false });
      await context.setOffline(false);
      return undefined;
    },
  },
  {
    // A page that Playwright shows is never frozen, whatever is asked for; see lifecycle.ts for those that are.
    name: "halted and set going again",
    transport: "ws",
    disturb: async (stage) => {
      const debug = await stage.page.context().newCDPSession(stage.page);
      await debug.send("Debugger.enable");
      const halted = new Promise((resolve) => debug.once("Debugger.paused", resolve));
      await debug.send("Debugger.pause");
      // It halts at whatever runs next.
      const next = debug.send("Runtime.evaluate", { expression: "0" });
      await halted;
      await whileAway(stage);
      await debug.send("Debugger.resume");
      await next;
      await debug.detach();
      return undefined;
    },
  },
  {
    name: "with its server killed and started again",
    transport: "ws",
    killsRuns: true,
    disturb: async ({ server, page }) => {
      await server.kill();
      await page.getByTestId("pill").filter({ hasText: "Reconnecting" }).waitFor();
      await server.restart();
      return undefined;
    },
  },
  {
    name: "over an event stream that is cut",
    // No WebSocket gets through.
    network: { refusesUpgrades: true },
    transport: "sse",
    disturb: cutOff,
  },
  {
    name: "over long polls that are cut",
    // Nor does a stream.
    network: { refusesUpgrades: true, buffers: true },
    transport: "poll",
    disturb: cutOff,
  },
];

function cutOff({ proxy }: Stage): Promise<undefined> {
  proxy.cut();
  return Promise.resolve(undefined);
}

/** Enough happens to be missed; with a question open, nothing does. */
function whileAway({ server, threadId }: Stage): Promise<void> {
  return untilMoreStored(server.url, threadId, 12);
}

/** Waits until the page is live over this transport. */
export async function untilOver(page: Page, transport: Scenario["transport"]): Promise<void> {
  await page
    .getByTestId("pill")
    .filter({ hasText: new RegExp(`^Live.* ${transport}$`) })
    .waitFor();
}

/** A run in the middle of a moment, watched by a page. Its parts go with it. */
export async function openStage(
  parts: { readonly browser: TestBrowser; readonly server: ServerProcess },
  scenario: Scenario,
  moment: Moment,
): Promise<Stage & AsyncDisposable> {
  await using owned = new AsyncDisposableStack();
  const server = scenario.killsRuns === true ? owned.use(await ServerProcess.start()) : parts.server;
  const proxy = owned.use(await Proxy.start(server.url, scenario.network));
  const threadId = `web-${randomUUID()}`;
  const opened = await parts.browser.open(`${proxy.url}/threads/${threadId}`);
  owned.defer(() => opened.page.context().close());
  const { page } = opened;
  await untilOver(page, scenario.transport);
  // Somebody else begins it: the page waits for it already.
  await start(server.url, threadId, "scripted", moment.script);
  await moment.reached(page);
  const kept = owned.move();
  const stage = { browser: parts.browser, server, proxy, opened, page, threadId };
  return { ...stage, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
