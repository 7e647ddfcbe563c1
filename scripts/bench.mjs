// Runs the benchmarks, or those named, one after the other: `npm run bench -- append reducer`.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ROOT } from "./setup.mjs";

const ALL = ["append", "reducer", "fanout", "latency", "join", "restart", "broker", "rewind", "tabs", "markdown"];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(", ")}. There are: ${ALL.join(", ")}`);
  process.exit(2);
}

let failed = 0;
for (const name of asked.length > 0 ? asked : ALL) {
  console.log(`\n# ${name}`);
  const flags = ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning", "--expose-gc"];
  const result = spawnSync(process.execPath, [...flags, path.join(ROOT, "bench", `${name}.ts`)], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (result.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
