import { readdirSync, readFileSync } from "node:fs";
import type { KnipConfig } from "knip";

/** The source files that a package exports: what stands under the source condition. */
function exportedSources(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const { exports = {} } = manifest as { exports?: Record<string, Record<string, string>> };
  return Object.values(exports).flatMap((conditions) => conditions["@throughline/source"]?.slice(2) ?? []);
}

/** Files that something other than an import starts: commands and worker threads. */
const STARTED: Record<string, string[]> = {
  throughline: ["src/bin.ts"],
  log: ["src/sqlite/{writer,librarian}.ts"],
};

const packages = readdirSync("packages").map((name) => {
  const folder = `packages/${name}`;
  return [
    folder,
    {
      entry: [...exportedSources(folder), ...(STARTED[name] ?? []), "tests/**/*.test.ts"],
      project: ["src/**/*.ts", "tests/**/*.ts"],
    },
  ] as const;
});

const config: KnipConfig = {
  // What its own file uses is no dead code; a reader may want its name.
  ignoreExportsUsedInFile: true,
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
      // Imported by style sheets.
      ignoreDependencies: ["tailwindcss", "@fontsource-variable/.*"],
    },
    bench: { entry: ["*.ts", "fanout/*.ts"], project: ["**/*.ts"] },
    tests: { entry: ["**/*.test.ts", "faults/run.ts"], project: ["**/*.ts"] },
  },
};

export default config;
