import { describe, expect, test } from "vitest";
import * as rules from "../house/rules.mjs";

const file = (path: string, text: string) => ({ path, text });

describe("dependencyDirection", () => {
  test("lets a package use what stands below it", () => {
    const files = [
      file("packages/gateway/src/a.ts", 'import { x } from "@throughline/log/testing";\nimport "./b.ts";'),
    ];
    expect(rules.dependencyDirection(files)).toEqual([]);
  });

  test.each([
    ["a package above", "packages/protocol/src/a.ts", 'import { x } from "@throughline/log";'],
    ["a package above, re-exported", "packages/log/src/a.ts", 'export * from "@throughline/gateway";'],
    ["a package above, lazily", "packages/log/src/a.ts", 'const x = await import("throughline");'],
    ["another package's files", "packages/log/src/a.ts", 'import { x } from "../../protocol/src/json.ts";'],
    ["Node where browsers run it", "packages/protocol/src/a.ts", 'import fs from "node:fs";'],
  ])("refuses %s", (_, path, text) => {
    expect(rules.dependencyDirection([file(path, text)])).toHaveLength(1);
  });
});

describe("noPresentDate", () => {
  test("S2: refuses the present moment outside the composition root", () => {
    const text = "const now =\n  new Date();";
    expect(rules.noPresentDate([file("packages/log/src/a.ts", text)])).toEqual([
      expect.stringMatching(/^packages\/log\/src\/a\.ts:2 /),
    ]);
    expect(rules.noPresentDate([file("packages/throughline/src/system.ts", text)])).toEqual([]);
  });

  test("lets a given moment be formatted", () => {
    expect(rules.noPresentDate([file("packages/log/src/a.ts", "new Date(clock.now())")])).toEqual([]);
  });
});

describe("fileLength", () => {
  test("lets 400 lines pass and refuses 401", () => {
    expect(rules.fileLength([file("a.ts", "x\n".repeat(400))])).toEqual([]);
    expect(rules.fileLength([file("a.ts", "x\n".repeat(401))])).toHaveLength(1);
    expect(rules.fileLength([file("a.csv", "x\n".repeat(401))])).toEqual([]);
  });
});

describe("noMachineTraces", () => {
  const home = "home";
  const scheme = "https";
  const registry = ["registry", "npmjs", "org"].join(".");

  test.each([
    ["a home folder", `cd /${home}/alice`],
    ["a registry", `https://${registry}/x`],
    ["a lock file with addresses", `"resolved": "${scheme}://x/y.tgz"`],
  ])("refuses %s", (_, text) => {
    expect(rules.noMachineTraces([file("a.md", text)])).not.toEqual([]);
  });

  test("lets addresses of pages pass", () => {
    expect(rules.noMachineTraces([file("a.md", `http://localhost/${home}/x and ./work/main`)])).toEqual([]);
  });
});

describe("quotedRules", () => {
  const law = file("docs/architecture.md", "- **L1** Visible means durable.\n- **R5** Disconnecting never cancels.");

  test("knows the law's rules", () => {
    expect(rules.quotedRules([law, file("a.test.ts", 'test("L1, R5: holds", f)')])).toEqual([]);
  });

  test("refuses a rule that is not there", () => {
    const problems = rules.quotedRules([law, file("a.test.ts", 'test.each(x)("a", f)\ntest("L1, L99: holds", f)')]);
    expect(problems).toEqual([expect.stringMatching(/^a\.test\.ts:2 quotes L99/)]);
  });

  test("looks a protocol's rules up in its own document", () => {
    const protocol = file("PROTOCOL.md", "- **N1** The frames are the same.");
    const quoting = file("a.test.ts", 'test("N1: holds", f)\ntest("L1, N2: holds", f)');
    const problems = rules.quotedRules([law, protocol, quoting]);
    expect(problems).toEqual([expect.stringMatching(/^a\.test\.ts:2 quotes N2, which PROTOCOL\.md/)]);
  });
});
