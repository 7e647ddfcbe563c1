import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withLock } from "../lib/lock.mjs";
import { isInstalled, isNewEnough, ROOT } from "../setup.mjs";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "throughline-setup-"));
  mkdirSync(path.join(root, "node_modules"));
});

afterEach(() => rmSync(root, { recursive: true }));

type Packages = Record<string, { version?: string; optional?: boolean; link?: boolean }>;

function writeLock(packages: Packages): void {
  writeFileSync(path.join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...packages } }));
}

/** As npm does at the end of an install. */
function writeTree(packages: Packages): void {
  writeFileSync(path.join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

describe("isInstalled", () => {
  test("is false before anything was installed, and after an install that did not finish", () => {
    writeLock({ "node_modules/a": { version: "1.0.0" } });
    expect(isInstalled(root)).toBe(false);
    mkdirSync(path.join(root, "node_modules", "a"));
    expect(isInstalled(root)).toBe(false);
  });

  test("is true when npm's record has all that the lock file asks for", () => {
    writeLock({
      "node_modules/a": { version: "1.0.0" },
      "node_modules/other-platform": { version: "1.0.0", optional: true },
    });
    writeTree({ "node_modules/a": { version: "1.0.0" } });
    expect(isInstalled(root)).toBe(true);
  });

  test("is false once the lock file asks for another version or another package", () => {
    writeLock({ "node_modules/a": { version: "1.0.0" } });
    writeTree({ "node_modules/a": { version: "1.0.0" } });
    expect(isInstalled(root)).toBe(true);
    writeLock({ "node_modules/a": { version: "1.0.1" } });
    expect(isInstalled(root)).toBe(false);
    writeLock({ "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "1.0.0" } });
    expect(isInstalled(root)).toBe(false);
  });
});

describe("isNewEnough", () => {
  test.each([
    ["20.20.2", false],
    ["22.17.9", false],
    ["22.18.0", true],
    ["24.0.0", true],
  ])("%s: %s", (version, expected) => expect(isNewEnough(version)).toBe(expected));
});

describe("withLock", () => {
  test("lets one process in at a time", async () => {
    const script = `
      import { appendFileSync } from "node:fs";
      import { setTimeout as sleep } from "node:timers/promises";
      import { withLock } from ${JSON.stringify(new URL("../lib/lock.mjs", import.meta.url).href)};
      await withLock(process.argv[1], async () => {
        appendFileSync(process.argv[2], "in ");
        await sleep(30);
        appendFileSync(process.argv[2], "out ");
      });`;
    const trace = path.join(root, "trace");
    const runs = Array.from({ length: 4 }, () => run(script, [path.join(root, "lock"), trace]));
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(trace, "utf8")).toBe("in out ".repeat(4));
  });

  test("takes over from a holder that died", async () => {
    const folder = path.join(root, "lock");
    mkdirSync(folder);
    const gone = path.join(folder, `${hostname()}-${await deadProcess()}`);
    writeFileSync(gone, "");
    expect(await withLock(folder, async () => "done")).toBe("done");
    expect(existsSync(gone)).toBe(false);
  });

  test("takes over from a holder on another machine that stopped renewing", async () => {
    const folder = path.join(root, "lock");
    mkdirSync(folder);
    const silent = path.join(folder, "elsewhere-1");
    writeFileSync(silent, "");
    utimesSync(silent, new Date(0), new Date(0));
    expect(await withLock(folder, async () => "done")).toBe("done");
  });
});

function run(script: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, ...args], { cwd: ROOT });
  return new Promise((resolve) => child.once("exit", resolve));
}

/** The id of a process that has ended. */
function deadProcess(): Promise<number | undefined> {
  const child = spawn(process.execPath, ["-e", ""]);
  return new Promise((resolve) => child.once("exit", () => resolve(child.pid)));
}
