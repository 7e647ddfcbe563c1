// Checks the built packages as their users get them: packed, linted, installed into an empty
// folder, and each entry imported by plain Node.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "./setup.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "throughline-packages-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const manifests = readdirSync(path.join(ROOT, "packages")).map((name) => {
  const text = readFileSync(path.join(ROOT, "packages", name, "package.json"), "utf8");
  return /** @type {{ name: string, version: string, exports: Record<string, unknown> }} */ (JSON.parse(text));
});

const tarballs = pack();
const results = [
  ...tarballs.flatMap((tarball, index) => lintTarball(tarball, styleSheets(manifests[index]?.exports ?? {}))),
  ...installAndImport(),
  await runInstalled(),
];
for (const { what, problem } of results)
  console.log(problem === undefined ? `ok   ${what}` : `FAIL ${what}\n${problem}`);
const failed = results.filter(({ problem }) => problem !== undefined).length;
console.log(`packages: ${results.length - failed} checks passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** @typedef {{ what: string, problem: string | undefined }} Result */

/** @returns {string[]} the paths of the tarballs, one for each manifest */
function pack() {
  const where = manifests.flatMap(({ name }) => ["-w", name]);
  const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, ...where];
  execFileSync("npm", args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  return manifests.map(({ name, version }) =>
    path.join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`),
  );
}

/**
 * What a package offers that is no module.
 * @param {Record<string, unknown>} exports
 */
function styleSheets(exports) {
  return Object.keys(exports).filter((entry) => entry.endsWith(".css"));
}

/**
 * @param {string} tarball
 * @param {string[]} untyped entries that have no types
 * @returns {Result[]}
 */
function lintTarball(tarball, untyped) {
  const name = path.basename(tarball);
  return [
    node(`publint ${name}`, [tool("publint", "src/cli.js"), "run", tarball, "--strict"]),
    node(`are the types wrong ${name}`, [
      tool("@arethetypeswrong/cli", "dist/index.js"),
      tarball,
      "--profile",
      "esm-only",
      "--format",
      "ascii",
      ...(untyped.length > 0 ? ["--exclude-entrypoints", ...untyped] : []),
    ]),
  ];
}

/**
 * Our packages come from their tarballs, everybody else's from the workspace: no network is needed.
 * @returns {Result[]}
 */
function installAndImport() {
  const modules = path.join(folder, "node_modules");
  mkdirSync(path.join(modules, "@throughline"), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, "node_modules"))) {
    if (name === "@throughline" || name === "throughline" || name.startsWith(".")) continue;
    symlinkSync(path.join(ROOT, "node_modules", name), path.join(modules, name), "junction");
  }
  for (const [index, { name }] of manifests.entries()) {
    const target = path.join(modules, name);
    mkdirSync(target, { recursive: true });
    execFileSync("tar", ["-xzf", tarballs[index] ?? "", "--strip-components=1", "-C", target]);
  }
  const entries = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports).map((entry) => path.posix.join(name, entry)),
  );
  const imports = entries
    .filter((entry) => !entry.endsWith(".json") && !entry.endsWith(".css"))
    .map((entry) => node(`import ${entry}`, ["--input-type=module", "-e", `await import(${JSON.stringify(entry)})`]));
  return imports;
}

/**
 * The installed command serves: its worker threads, data and console are where they should be.
 * @returns {Promise<Result>}
 */
async function runInstalled() {
  const command = path.join(folder, "node_modules", "throughline", "dist", "bin.js");
  const server = spawn(process.execPath, [command, "start", "--port", "0"], { cwd: folder });
  let output = "";
  const ended = new Promise((resolve) => server.once("close", resolve));
  const url = new Promise((resolve, reject) => {
    server.stdout.on("data", (chunk) => {
      output += String(chunk);
      const match = /listening on (http:\S+)\n/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    server.stderr.on("data", (chunk) => (output += String(chunk)));
    void ended.then(() => reject(new Error("it ended before it listened")));
  });
  try {
    for (const address of ["/", "/ready", "/api/v1/market/series?symbol=AAPL"]) {
      const { status } = await fetch(`${await url}${address}`);
      if (status !== 200) throw new Error(`${address} gave ${status}`);
    }
    server.kill("SIGTERM");
    const code = await ended;
    return { what: "throughline start", problem: code === 0 ? undefined : `it ended with ${String(code)}\n${output}` };
  } catch (error) {
    server.kill("SIGKILL");
    return { what: "throughline start", problem: `${String(error)}\n${output}` };
  }
}

/**
 * @param {string} what
 * @param {string[]} args
 * @returns {Result}
 */
function node(what, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { what, problem: status === 0 ? undefined : `${stdout}${stderr}` };
}

/**
 * @param {string} name
 * @param {string} file
 */
function tool(name, file) {
  return path.join(ROOT, "node_modules", name, file);
}
