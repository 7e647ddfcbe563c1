// `npm run faults -- [count] [first seed]`: real servers, killed with -9 while they stream to real
// clients, started again on the same data, and judged by the same judge as the deterministic checker.
import { runCycle } from "./real/cycle.ts";
import { saveHistory } from "./trial.ts";

const [count = 20, first = 1] = process.argv.slice(2).map(Number);
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const started = performance.now();
  const { problems, summary, history } = await runCycle(seed);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`run ${seed}: ${problems.length === 0 ? "ok" : "FAILED"}, ${summary}, ${seconds} s`);
  if (problems.length === 0) continue;
  failed += 1;
  console.log(`  history: ${saveHistory(seed, history)}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
