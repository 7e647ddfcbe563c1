// Builds every package for publication, and puts the built console into the command's package.
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import path from "node:path";
import { buildConsole } from "./lib/console.mjs";
import { ROOT } from "./setup.mjs";

await buildConsole();
execFileSync(process.execPath, [path.join(ROOT, "node_modules", "tsdown", "dist", "run.mjs")], {
  cwd: ROOT,
  stdio: "inherit",
});
cpSync(path.join(ROOT, "apps", "console", "dist"), path.join(ROOT, "packages", "throughline", "dist", "console"), {
  recursive: true,
});
console.log("built: packages/*/dist");
