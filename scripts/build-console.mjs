// Builds the console once; again only when something it is made of has changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withLock } from "./lib/lock.mjs";
import { ROOT } from "./setup.mjs";

const CONSOLE = path.join(ROOT, "apps", "console");
/** Inside the output, so that both come and go together. */
const STAMP = path.join(CONSOLE, "dist", ".built-from");
/** What the output depends on: its own files, the packages it bundles, and every version. */
const SOURCES = [
  "apps/console/!(dist|node_modules|tests)",
  "apps/console/{src,public}/**",
  "packages/protocol/{package.json,src/**}",
  "package-lock.json",
];

await withLock(path.join(ROOT, ".cache", "console"), async () => {
  const hash = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return;
  console.log("throughline: building the console; this is done once per change to it");
  const started = performance.now();
  const vite = path.join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const result = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: CONSOLE, stdio: "inherit" });
  if (result.status !== 0) {
    console.error("throughline: the console could not be built; the message stands above");
    process.exit(result.status ?? 1);
  }
  writeFileSync(STAMP, hash);
  console.log(`throughline: console built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
});

function hashOfSources() {
  const hash = createHash("sha256");
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).sort()) {
    hash.update(path.relative(ROOT, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}
