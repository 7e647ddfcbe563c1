// Starts the server the way the README says, on a free port and an empty folder, looks at it, and
// stops it. Fails unless it answers, ends with 0 and leaves nothing behind.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "./setup.mjs";

const READY_MS = 120_000;
const STOP_MS = 20_000;

const folder = mkdtempSync(path.join(tmpdir(), "throughline-start-"));
const env = { ...process.env, THROUGHLINE_PORT: "0", THROUGHLINE_DATA_DIR: folder, THROUGHLINE_DRAIN_MS: "1000" };
const server = spawn("npm", ["start"], {
  cwd: ROOT,
  env,
  stdio: ["ignore", "pipe", "inherit"],
  shell: process.platform === "win32",
  // A group of its own, so that a failure can end all of it and not just npm.
  detached: process.platform !== "win32",
});
const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve(signal ?? code)));

try {
  const url = await within(READY_MS, "the listening line", listening());
  console.log(`ready at ${url}`);
  await expectAnswer(`${url}/`, 200, "<!doctype html>");
  await expectAnswer(`${url}/health`, 200, "");
  await expectAnswer(`${url}/ready`, 200, "");
  await expectAnswer(`${url}/api/v1/threads`, 200, "");
  await expectAnswer(`${url}/api/v1/nothing-here`, 404, "not_found");
  server.kill("SIGTERM");
  const code = await within(STOP_MS, "the end after SIGTERM", ended);
  if (code !== 0) throw new Error(`npm start ended with ${String(code)} after SIGTERM; expected 0`);
  const stillThere = await fetch(url).then(
    () => true,
    () => false,
  );
  if (stillThere) throw new Error(`${url} still answers after the end of npm start`);
  console.log("ended with 0 after SIGTERM");
} catch (error) {
  if (process.platform !== "win32" && server.pid !== undefined) killGroup(server.pid);
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {number} leader */
function killGroup(leader) {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // All of it has ended already.
  }
}

/** @returns {Promise<string>} the address in the line that says the server is ready */
function listening() {
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      text += String(chunk);
      const match = /^throughline listening on (http:\S+)$/m.exec(text);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    void ended.then((code) => reject(new Error(`npm start ended with ${String(code)} before it was ready`)));
  });
}

/**
 * @param {string} url
 * @param {number} status
 * @param {string} part of the body
 */
async function expectAnswer(url, status, part) {
  const response = await fetch(url);
  const body = await response.text();
  if (response.status !== status || !body.includes(part)) {
    throw new Error(
      `${url}: expected ${status} with ${JSON.stringify(part)}; got ${response.status} ${body.slice(0, 500)}`,
    );
  }
  console.log(`${status} ${url}`);
}

/**
 * @template T
 * @param {number} ms
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(ms, what, promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms).unref();
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]);
}
