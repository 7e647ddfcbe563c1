// Adds up what .ci/run left behind: `node scripts/ci-summary.mjs <folder>`. A step counts as one, each
// test besides. A skipped test is a failure: CI has all that any of them needs.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = process.argv[2] ?? "";
let passed = 0;
let failed = 0;

for (const name of readdirSync(folder)) {
  const text = readFileSync(path.join(folder, name), "utf8");
  if (name.endsWith(".step")) {
    const ok = text.trim() === "ok";
    if (ok) passed += 1;
    else failed += 1;
    if (!ok) console.log(`failed: ${path.basename(name, ".step")}`);
  } else if (name.endsWith(".json")) {
    const report = /** @type {{ numTotalTests: number, numPassedTests: number }} */ (JSON.parse(text));
    passed += report.numPassedTests;
    failed += report.numTotalTests - report.numPassedTests;
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
