import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";

const IMPORT = /^(?:import|export)(?! type\b)[^;"]*?from "([^"]+)"/gm;

/** The packages a source file needs at run time, by way of all the files it imports. */
function packagesOf(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const specifiers = [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, specifier = ""]) => specifier);
  return specifiers.flatMap((each) => (each.startsWith(".") ? packagesOf(new URL(each, file), seen) : [each]));
}

const entry = (path: string) => new Set(packagesOf(new URL(`../src/${path}`, import.meta.url)));

test("a browser that imports the main entry gets no zod", () => {
  expect(entry("index.ts")).toEqual(new Set(["@ag-ui/core"]));
  const core = createRequire(import.meta.url).resolve("@ag-ui/core");
  expect(readFileSync(core, "utf8")).not.toMatch(/require\("zod/);
});

test("schemas and grammar, which need zod, are entries of their own", () => {
  expect(entry("schemas/index.ts")).toEqual(new Set(["@ag-ui/core/schemas", "zod"]));
  expect(entry("run/index.ts")).toEqual(new Set(["@ag-ui/core", "@ag-ui/core/schemas", "zod"]));
});
