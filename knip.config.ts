import { readdirSync, readFileSync } from "node:fs";
import type { KnipConfig } from "knip";

/** The source files that a package exports: what stands under the source condition. */
function exportedSources(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const { exports = {} } = manifest as { exports?: Record<string, Record<string, string>> };
  return Object.values(exports).flatMap((conditions) => conditions["@throughline/source"]?.slice(2) ?? []);
}

const packages = readdirSync("packages").map((name) => {
  const folder = `packages/${name}`;
  const command = name === "throughline" ? ["src/bin.ts"] : [];
  return [
    folder,
    {
      entry: [...exportedSources(folder), ...command, "tests/**/*.test.ts"],
      project: ["src/**/*.ts", "tests/**/*.ts"],
    },
  ] as const;
});

const config: KnipConfig = {
  // Exported for the readers of the file they stand in.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // A package's test kit needs a test runner only in the hands of who runs it.
  exclude: ["optionalPeerDependencies"],
  workspaces: {
    ".": {
      entry: ["scripts/*.mjs", "scripts/vitest-no-console.ts", "scripts/tests/*.test.ts"],
      project: ["scripts/**/*.{mjs,ts}", "*.config.ts"],
      // Called by path from scripts/, and by node_modules/.bin in an editor.
      ignoreDependencies: ["@arethetypeswrong/cli", "publint", "oxfmt", "oxlint", "oxlint-tsgolint", "node-.*"],
    },
    ...Object.fromEntries(packages),
    "apps/console": {
      entry: ["src/main.tsx", "tests/**/*.test.{ts,tsx}"],
      project: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
    },
    bench: { entry: ["*.ts"], project: ["**/*.ts"] },
    tests: { entry: ["**/*.test.ts", "faults/run.ts"], project: ["**/*.ts"] },
  },
};

export default config;
