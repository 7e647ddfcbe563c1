// `npm run faults:nightly -- [count] [first]`: many seeds of the deterministic checker, one after
// another. A seed that fails belongs into pinned.ts once it is understood.
import { Coverage } from "./coverage.ts";
import { runTrial, saveHistory } from "./trial.ts";

const [count = 10_000, first = 1] = process.argv.slice(2).map(Number);
const coverage = new Coverage();
const started = performance.now();
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const { problems, history } = await runTrial(seed);
  coverage.add(history.entries);
  if (problems.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed} (${saveHistory(seed, history)}):\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
}
for (const name of coverage.missing) console.log(`never happened: ${name}`);
console.log(`${count - failed} passed, ${failed} failed, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
process.exitCode = failed === 0 && coverage.missing.length === 0 ? 0 : 1;
