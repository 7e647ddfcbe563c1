// A lock between processes of one clone, made of files, that survives the death of its holder.
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A claim that was not renewed for this long is a dead process's. */
const STALE_MS = 30_000;
const RENEW_MS = 5_000;

/**
 * Runs `work` while no other process runs its own under the same folder.
 *
 * Everybody writes a claim first and looks for others afterwards, so of two that come at once at
 * least one sees the other; who sees another withdraws and tries again after a random while.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  mkdirSync(folder, { recursive: true });
  const mine = path.join(folder, `${hostname()}-${process.pid}`);
  await claim(folder, mine);
  const renewal = setInterval(() => utimesSync(mine, new Date(), new Date()), RENEW_MS);
  const release = () => rmSync(mine, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    process.off("exit", release);
    release();
  }
}

/**
 * @param {string} folder
 * @param {string} mine
 */
async function claim(folder, mine) {
  let told = false;
  for (;;) {
    writeFileSync(mine, "");
    if (!readdirSync(folder).some((name) => path.join(folder, name) !== mine && isHeld(path.join(folder, name))))
      return;
    rmSync(mine, { force: true });
    if (!told) console.log("throughline: another process is setting this clone up; waiting for it");
    told = true;
    await sleep(50 + Math.random() * 200);
  }
}

/**
 * Whether a claim's process still lives; forgets the claim if not.
 * @param {string} file
 */
function isHeld(file) {
  const age = ageOf(file);
  if (age === undefined) return false;
  if (age < STALE_MS && isAlive(path.basename(file))) return true;
  rmSync(file, { force: true });
  return false;
}

/** @param {string} file */
function ageOf(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return undefined; // withdrawn meanwhile
  }
}

/** @param {string} name host and process id, joined by a hyphen */
function isAlive(name) {
  const pid = Number(name.slice(name.lastIndexOf("-") + 1));
  if (name !== `${hostname()}-${pid}`) return true; // another machine's on a shared disk: only its age tells
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
