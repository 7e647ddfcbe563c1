// `node --conditions=@throughline/source tests/faults/trials.ts [first] [count]`: many seeds of the
// deterministic checker, one after another. A failing seed's history is written to .cache/faults.
import { mkdirSync, writeFileSync } from "node:fs";
import { runTrial } from "./trial.ts";

const FOLDER = ".cache/faults";

const [first = 1, count = 10_000] = process.argv.slice(2).map(Number);
let failed = 0;
const started = performance.now();
for (let seed = first; seed < first + count; seed++) {
  const { problems, history } = await runTrial(seed);
  if (problems.length === 0) continue;
  failed += 1;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/${seed}.jsonl`, history.toJsonl());
  console.log(`seed ${seed}:\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
}
const seconds = (performance.now() - started) / 1_000;
console.log(`${count - failed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
process.exitCode = failed === 0 ? 0 : 1;
