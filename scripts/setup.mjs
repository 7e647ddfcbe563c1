// Makes the clone ready to run: installs what is missing and picks a Node that is new enough.
// Plain JavaScript that runs on Node 20, since this is what runs before anything is installed.
import { spawn, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lib/lock.mjs";

/** The repository's root. */
export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Below this, Node cannot run TypeScript by itself. */
const OLDEST_NODE = [22, 18];

/**
 * Installs the packages of the lock file unless they are all there. Safe to call from several
 * processes at once; an install that was interrupted is done again.
 * @param {string} root
 */
export async function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return;
  await withLock(path.join(root, ".cache", "setup"), async () => {
    if (isInstalled(root)) return;
    await install(root);
  });
}

/**
 * Whether what stands in node_modules is what the lock file asks for. True also after a plain
 * `npm install`, whose own record of the tree is compared.
 * @param {string} root
 */
export function isInstalled(root) {
  const lockText = readFileSync(path.join(root, "package-lock.json"), "utf8");
  const wanted = createHash("sha256").update(lockText).digest("hex");
  if (readIfThere(stampFile(root)) === wanted) return true;
  const tree = readIfThere(treeFile(root));
  if (tree === undefined || !treeMatches(JSON.parse(lockText), JSON.parse(tree))) return false;
  writeFileSync(stampFile(root), wanted);
  return true;
}

/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} LockFile
 */

/**
 * Optional packages may be absent: most of them are for other platforms.
 * @param {LockFile} lock
 * @param {LockFile} tree what npm wrote down at the end of its last install
 */
function treeMatches(lock, tree) {
  return Object.entries(lock.packages).every(([where, wanted]) => {
    if (where === "") return true;
    const found = tree.packages[where];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

/** @param {string} root */
async function install(root) {
  console.log("throughline: installing packages (npm ci); this is done once per lock file");
  // Both witnesses go first, so that an interrupted install is never taken for a whole one.
  rmSync(stampFile(root), { force: true });
  rmSync(treeFile(root), { force: true });
  const code = await runNpm(["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"], root);
  if (code !== 0) {
    console.error(
      "throughline: npm ci failed; its message stands above. Mend that (often: no network) and call again.",
    );
    process.exit(code);
  }
  const lockText = readFileSync(path.join(root, "package-lock.json"), "utf8");
  writeFileSync(stampFile(root), createHash("sha256").update(lockText).digest("hex"));
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>} npm's exit code
 */
function runNpm(args, cwd) {
  // Inside an npm script npm names its own file, which needs no shell, also on Windows.
  const cli = process.env.npm_execpath;
  const direct = cli !== undefined && /\.c?js$/.test(cli);
  const child = direct
    ? spawn(process.execPath, [cli, ...args], { cwd, stdio: "inherit" })
    : spawn("npm", args, { cwd, stdio: "inherit", shell: process.platform === "win32" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * The Node to run the project with: the machine's own where it is new enough, else the one that
 * came with the packages.
 * @param {string} root
 * @returns {string} path of the executable
 */
export function pickNode(root = ROOT) {
  // npm puts node_modules/.bin first on PATH, so process.execPath may be the pinned Node already.
  const own = process.env.npm_node_execpath ?? process.execPath;
  const version = own === process.execPath ? process.versions.node : versionOf(own);
  if (version !== undefined && isNewEnough(version)) return own;
  const pinned = pinnedNode(root);
  if (pinned !== undefined) return pinned;
  console.error(
    `throughline: Node ${OLDEST_NODE.join(".")} or newer is needed, and this is Node ${version ?? "unknown"}. ` +
      `No Node is published as an npm package for ${process.platform}-${process.arch}: install Node 24 (LTS) from https://nodejs.org and call again.`,
  );
  process.exit(1);
}

/** @param {string} version such as `22.18.0` */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** @param {string} root */
function pinnedNode(root) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const file = path.join(root, "node_modules", `node-${platform}-${process.arch}`, "bin", name);
  return existsSync(file) ? file : undefined;
}

/** @param {string} executable */
function versionOf(executable) {
  try {
    return execFileSync(executable, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, "node_modules", ".throughline-setup");
}

/** @param {string} root */
function treeFile(root) {
  return path.join(root, "node_modules", ".package-lock.json");
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
