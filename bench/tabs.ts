// How closely the tabs of a browser keep step: one of them has the connection, and the others get its frames by way
// of it. For each word of a run, how much later the last of ten tabs shows it than the first.
import { buildConsole } from "../scripts/lib/console.mjs";
import { noBrowser, type OpenPage, TestBrowser } from "../tests/browser/support/chromium.ts";
import { start } from "../tests/browser/support/seed.ts";
import { ServerProcess } from "../tests/browser/support/server-process.ts";

const TARGET_MS = 50;
const TABS = [2, 10];
const WORDS = 60;
/** Slower than pages draw, so that none has to hold a word back to draw it with the next. */
const INTERVAL_MS = 150;

if (noBrowser !== undefined) throw new Error(noBrowser);

await buildConsole();
await using server = await ServerProcess.start();
await using browser = await TestBrowser.launch();
for (const count of TABS) {
  const threadId = `web-tabs-${count}`;
  const address = `${server.url}/threads/${threadId}`;
  const opened = await browser.open(address);
  const pages = [opened.page];
  while (pages.length < count) pages.push(await opened.tab(address));
  for (const page of pages) await page.getByTestId("pill").filter({ hasText: /^Live/ }).waitFor();
  for (const page of pages) await watch(page);
  await start(server.url, threadId, "scripted", `tokens=${WORDS} interval=${INTERVAL_MS}`);
  for (const page of pages) await page.getByTestId("run-ended").waitFor();
  const times = await Promise.all(pages.map((page) => page.evaluate<Record<string, number>>("globalThis.shownAt")));
  const lags = Array.from({ length: WORDS }, (_, word) => {
    const shown = times.map((each) => each[`t${word}`] ?? Number.NaN);
    return Math.max(...shown) - Math.min(...shown);
  }).toSorted((a, b) => a - b);
  const at = (q: number): number => lags[Math.floor(q * (lags.length - 1))] ?? Number.NaN;
  console.log(
    `${count} tabs: the last shows a word after the first by p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, at most ${at(1).toFixed(1)} ms`,
  );
  if (count === 2 && !(at(0.95) <= TARGET_MS)) process.exitCode = 1;
  await opened.page.context().close();
}

/** Notes when each word first stands on the page; a page that drew several at once has them all. */
async function watch(page: OpenPage["page"]): Promise<void> {
  await page.evaluate(`
    globalThis.shownAt = {};
    new MutationObserver(() => {
      const now = performance.timeOrigin + performance.now();
      const words = document.querySelector("[data-testid=text]")?.textContent.match(/t\\d+/g) ?? [];
      for (const word of words) shownAt[word] ??= now;
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  `);
}
