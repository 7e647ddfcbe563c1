import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../setup.mjs";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-lint-"));
  const config = JSON.parse(readFileSync(path.join(ROOT, ".oxlintrc.json"), "utf8"));
  // Types are beside the point here, and would need a whole project.
  writeFileSync(path.join(folder, ".oxlintrc.json"), JSON.stringify({ ...config, options: {} }));
  mkdirSync(path.join(folder, "packages", "log", "src"), { recursive: true });
  cpSync(path.join(ROOT, "tsconfig.base.json"), path.join(folder, "tsconfig.json"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The linter's words about one file of a package. */
function lint(name: string, text: string): string {
  writeFileSync(path.join(folder, "packages", "log", "src", name), text);
  const oxlint = path.join(ROOT, "node_modules", "oxlint", "bin", "oxlint");
  return spawnSync(process.execPath, [oxlint, "--format", "unix"], { cwd: folder, encoding: "utf8" }).stdout;
}

describe("the linter", () => {
  test.each([
    "export const a = Date.now();",
    "export const a = Math.random();",
    "export const a = performance.now();",
    "export const a = crypto.randomUUID();",
    'export const a = fetch("http://127.0.0.1");',
    "setTimeout(() => undefined, 1);",
    "setInterval(() => undefined, 1);",
    "setImmediate(() => undefined);",
    "globalThis.setTimeout(() => undefined, 1);",
    'console.log("x");',
    'import { randomUUID } from "node:crypto";\nexport const a = randomUUID();',
    'import { setTimeout as sleep } from "node:timers/promises";\nexport const a = sleep(1);',
  ])("S2: refuses %s in a package", (text) => {
    expect(lint("a.ts", text)).toMatch(/no-restricted-\w+/);
    expect(lint("a.ts", "export const a = 1;")).not.toMatch(/no-restricted-\w+/);
  });

  test("S2: lets the composition root have them", () => {
    expect(lint("system.ts", "export const a = Date.now();")).not.toMatch(/no-restricted-\w+/);
  });

  test("S2: lets a clock that was handed in have methods of the same names", () => {
    const text = "export const f = (clock: { setTimeout(fn: () => void): void }) => clock.setTimeout(() => undefined);";
    expect(lint("a.ts", text)).not.toMatch(/no-restricted-\w+/);
  });
});
