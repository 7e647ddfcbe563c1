import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { accessibilityProblems } from "./support/axe.ts";
import { noBrowser, TestBrowser } from "./support/chromium.ts";
import { expectNoOverflow } from "./support/console.ts";
import { seed, type Seeded } from "./support/seed.ts";
import { ServerProcess } from "./support/server-process.ts";

/** Where the pictures of every page go; CI keeps them. */
const PICTURES = fileURLToPath(new URL("../../.cache/screenshots/", import.meta.url));

const LOOKS = [
  { name: "light-1440", width: 1440, height: 900, dark: false },
  { name: "dark-1440", width: 1440, height: 900, dark: true },
  { name: "light-390", width: 390, height: 844, dark: false },
  { name: "dark-390", width: 390, height: 844, dark: true },
];

interface Stop {
  readonly name: string;
  readonly path: (seeded: Seeded) => string;
  /** Resolves once the page shows what it is for. */
  readonly ready: (page: Page) => Promise<void>;
}

const text = (words: string | RegExp) => async (page: Page) => {
  await page.getByRole("main").getByText(words).filter({ visible: true }).first().waitFor();
};

const STOPS: readonly Stop[] = [
  { name: "home", path: () => "/", ready: text("Analyze the S&P 500") },
  { name: "runs", path: () => "/runs", ready: text("Shall I place the order?") },
  { name: "runs-none", path: () => "/runs?q=nothing-like-this", ready: text("No run is like that") },
  { name: "run", path: ({ analysis }) => `/threads/${analysis}`, ready: text(/market report/) },
  { name: "run-plan", path: ({ planned }) => `/threads/${planned}`, ready: text("Done in") },
  { name: "run-asks", path: ({ waiting }) => `/threads/${waiting}`, ready: text("Your turn") },
  { name: "run-live", path: ({ running }) => `/threads/${running}`, ready: text(/t5 /) },
  { name: "run-missing", path: () => "/threads/web-nowhere", ready: text("There is no such thread") },
  { name: "inbox", path: () => "/inbox", ready: text("Shall I place the order?") },
  { name: "tasks", path: () => "/tasks", ready: text("Write the changelog") },
  { name: "task", path: ({ task }) => `/tasks/${task}`, ready: text("Checklist") },
  { name: "connections", path: () => "/connections", ready: text("Event streams (SSE)") },
  { name: "metrics", path: () => "/dashboard", ready: text("Delivery latency") },
  { name: "audit", path: () => "/audit", ready: text("start") },
  { name: "api", path: () => "/reference", ready: text("/api/v1/threads") },
  { name: "api-channels", path: () => "/reference?of=channels", ready: text("A client may send") },
  { name: "playground", path: () => "/playground", ready: text("Drop about every") },
  { name: "settings", path: () => "/settings", ready: text("As the system") },
];

/** Loading all parts of a page may take so long on a machine that is busy with other things. */
const DRAWN_MS = 30_000;

/** Waits until nothing is on its way any more: fonts, data, the Markdown reader, the chart. */
async function untilDrawn(page: Page): Promise<void> {
  await expect
    .poll(() => page.locator("main .skeleton, [data-testid=text]:not(:has(.prose))").count(), { timeout: DRAWN_MS })
    .toBe(0);
  await page.evaluate("document.fonts.ready.then(() => undefined)");
}

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)("the console's pages", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  let seeded: Seeded;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    seeded = await seed(server.url);
    await mkdir(PICTURES, { recursive: true });
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  test.each(LOOKS)("$name: nothing overflows, axe finds nothing, nothing is logged", async ({ name, ...look }) => {
    const { page, errors } = await browser.open(server.url, look);
    const problems: string[] = [];
    for (const stop of STOPS) {
      await page.goto(server.url + stop.path(seeded));
      await stop.ready(page);
      await untilDrawn(page);
      await page.screenshot({ path: path.join(PICTURES, `${stop.name}-${name}.png`) });
      problems.push(...(await accessibilityProblems(page)).map((problem) => `${stop.name}: ${problem}`));
      await expectNoOverflow(page);
    }
    expect(problems).toEqual([]);
    expect(errors).toEqual([]);
  });
});
