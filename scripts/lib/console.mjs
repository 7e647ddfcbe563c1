import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../setup.mjs";
import { withLock } from "./lock.mjs";

const CONSOLE = path.join(ROOT, "apps", "console");
/** Inside the output, so that both come and go together. */
const STAMP = path.join(CONSOLE, "dist", ".built-from");

/** What the output depends on: its own files, the packages it bundles, and every version. */
const SOURCES = [
  "apps/console/src",
  "apps/console/public",
  "apps/console/index.html",
  "apps/console/package.json",
  "apps/console/tsconfig.json",
  "apps/console/vite.config.ts",
  "packages/protocol/src",
  "packages/protocol/package.json",
  "packages/client/src",
  "packages/client/package.json",
  "packages/react/src",
  "packages/react/package.json",
  "tsconfig.base.json",
  "package-lock.json",
];

/** Builds the console, unless what is there was built from these very sources. */
export async function buildConsole() {
  await withLock(path.join(ROOT, ".cache", "console"), async () => {
    const hash = hashOf(SOURCES);
    if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return;
    console.log("throughline: building the console; this is done once per change to it");
    const started = performance.now();
    const vite = path.join(ROOT, "node_modules", "vite", "bin", "vite.js");
    const options = /** @type {const} */ ({ cwd: CONSOLE, stdio: "inherit" });
    const result = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], options);
    if (result.status !== 0) {
      console.error("throughline: the console could not be built; the reason stands above");
      process.exit(result.status ?? 1);
    }
    writeFileSync(STAMP, hash);
    console.log(`throughline: console built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
}

/**
 * A hash over names and contents.
 * @param {readonly string[]} places files and folders, relative to the root
 */
function hashOf(places) {
  const hash = createHash("sha256");
  for (const file of places.flatMap(filesIn).sort()) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(path.join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** @param {string} place */
function filesIn(place) {
  const where = path.join(ROOT, place);
  if (statSync(where).isFile()) return [place];
  return readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}
