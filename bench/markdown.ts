// How much longer the kit's Markdown reader takes for texts made to be slow than for prose as long as a block
// may be. Each kind of text is tried at many lengths, since the slowest is the longest that is still read.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { HOSTILE, prose } from "./markdown/texts.ts";

const TARGET = 10;
const BLOCK = 32_768;
const COUNTS = [16, 32, 64, 120, 256, 500, 1_000, 2_000, 5_000, 10_000];

const read = await reader();
for (let round = 0; round < 5; round++) read(prose(BLOCK));
const measure = Math.min(...Array.from({ length: 5 }, () => cost(prose(BLOCK))));
console.log(`prose of ${BLOCK} units: ${measure.toFixed(0)} ms of one core`);

let slowest = 0;
for (const [name, text] of Object.entries(HOSTILE)) {
  const costs = COUNTS.map((count) => ({ chars: text(count).length, ms: cost(text(count)) }));
  const most = costs.reduce((a, b) => (b.ms > a.ms ? b : a));
  console.log(`${name}: at most ${(most.ms / measure).toFixed(1)} × prose, with ${most.chars} units`);
  slowest = Math.max(slowest, most.ms / measure);
}
console.log(`slowest: ${slowest.toFixed(1)} × prose, target < ${TARGET}`);
if (slowest >= TARGET) process.exitCode = 1;

/** What reading the text costs, in ms of one core. */
function cost(text: string): number {
  const before = process.cpuUsage();
  read(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The reader as a page has it: its source is not what Node can run by itself. */
async function reader(): Promise<(text: string) => string> {
  const folder = await mkdtemp(path.join(tmpdir(), "throughline-markdown-"));
  try {
    const bundle = await rolldown({
      input: fileURLToPath(new URL("./markdown/reader.ts", import.meta.url)),
      platform: "node",
      // The kit says what is for browsers; here it makes no difference.
      onLog: (level, log, next) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : next(level, log)),
      resolve: { conditionNames: ["@throughline/source", "node", "import"] },
      transform: { define: { "process.env.NODE_ENV": '"production"' } },
    });
    const file = path.join(folder, "reader.mjs");
    await bundle.write({ file, codeSplitting: false });
    await bundle.close();
    return ((await import(pathToFileURL(file).href)) as { read: (text: string) => string }).read;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
