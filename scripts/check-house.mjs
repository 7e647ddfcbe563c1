// Checks the house rules over every file git knows or would add.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as rules from "./house/rules.mjs";
import { ROOT } from "./setup.mjs";

const names = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
const files = names
  .split("\0")
  .filter((name) => name !== "" && existsSync(path.join(ROOT, name)))
  .map((name) => ({ path: name, text: readFileSync(path.join(ROOT, name), "utf8") }));

const problems = Object.values(rules).flatMap((rule) => rule(files));
for (const problem of problems) console.error(problem);
console.log(`house rules: ${files.length} files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
