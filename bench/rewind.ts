// How smoothly the console looks back: frames a second while the line of a thread with 20,000 events is
// dragged in Chromium, with conversation, chart and plan redrawn at every position.
import { buildConsole } from "../scripts/lib/console.mjs";
import { noBrowser, TestBrowser } from "../tests/browser/support/chromium.ts";
import { start } from "../tests/browser/support/seed.ts";
import { ServerProcess } from "../tests/browser/support/server-process.ts";
import { untilSettled } from "../tests/browser/support/settled.ts";

const EVENTS = 20_000;
const TARGET_FPS = 30;
const THREAD = "web-big";
const MOVES = 240;

if (noBrowser !== undefined) throw new Error(noBrowser);

/** Where along the line the pointer is, from 0 to 1, at each share of a drag. */
const DRAGS: Readonly<Record<string, (share: number) => number>> = {
  "from the end to the start": (share) => 1 - share,
  "to and fro": (share) => Math.abs(Math.sin(share * Math.PI * 2)),
  "around the end": (share) => 0.95 + 0.05 * Math.sin(share * 6),
};

await buildConsole();
await using server = await ServerProcess.start();
const head = await fill(server.url);
await using browser = await TestBrowser.launch();
const { page } = await browser.open(`${server.url}/threads/${THREAD}`);
const slider = page.getByRole("slider", { name: "Position in the thread" });
await slider.waitFor();
const box = await slider.boundingBox();
if (box === null) throw new Error("The line is not on the page.");
const y = box.y + box.height / 2;

// A thread of this size is fetched when one first looks back.
await page.mouse.click(box.x + box.width / 2, y);
await page.getByRole("button", { name: "Back to live" }).waitFor();
await page.getByRole("region", { name: "Conversation" }).getByText("Show what came before").waitFor();

console.log(`${head} events, ${MOVES} moves of the pointer each`);
let slowest = Infinity;
for (const [name, place] of Object.entries(DRAGS)) {
  await page.evaluate(
    "globalThis.times = []; (function tick(now) { times.push(now); globalThis.frame = requestAnimationFrame(tick); })(performance.now())",
  );
  await page.mouse.move(box.x + box.width * place(0), y);
  await page.mouse.down();
  for (let move = 0; move <= MOVES; move++) await page.mouse.move(box.x + box.width * place(move / MOVES), y);
  await page.mouse.up();
  const times = await page.evaluate<number[]>("cancelAnimationFrame(frame), times");
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  gaps.sort((a, b) => a - b);
  const fps = (gaps.length * 1_000) / ((times.at(-1) ?? 0) - (times[0] ?? 0));
  const at = (q: number): string => (gaps[Math.floor(q * (gaps.length - 1))] ?? 0).toFixed(0);
  console.log(
    `${name}: ${fps.toFixed(1)} frames/s; between two frames p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`,
  );
  slowest = Math.min(slowest, fps);
}
if (slowest < TARGET_FPS) process.exitCode = 1;

/** Runs until the thread is long enough: analyses with charts at both ends, and many runs with levels of their own between. */
async function fill(url: string): Promise<number> {
  const run = async (agent: string, input: string): Promise<number> => {
    await start(url, THREAD, agent, input);
    await untilSettled(url, [THREAD]);
    return ((await (await fetch(`${url}/api/v1/threads/${THREAD}`)).json()) as { last_seq: number }).last_seq;
  };
  let seq = await run("market-analyst", "Analyze the S&P 500");
  for (let count = 0; seq < EVENTS - 700; count++) {
    const levels = `chart=SUPPORT ${2_500 + count * 5} chart=RESISTANCE ${3_300 + count * 5}`;
    seq = await run("scripted", `tokens=260 interval=0 tools=4 steps=4 ${levels}`);
  }
  return run("market-analyst", "Analyze the S&P 500");
}
