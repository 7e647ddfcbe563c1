import { readdirSync } from "node:fs";
import type { KnipConfig } from "knip";

/** Files that something other than an import starts: commands and worker threads. */
const STARTED: Record<string, string[]> = {
  throughline: ["src/bin.ts"],
  log: ["src/sqlite/{writer,librarian}.ts"],
};

const packages = readdirSync("packages").map((name) => [
  `packages/${name}`,
  {
    entry: [...(STARTED[name] ?? []), "tests/**/*.test.{ts,tsx}"],
    project: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
  },
]);

const packagesByName = Object.fromEntries(packages) as Record<string, { entry: string[]; project: string[] }>;

const config: KnipConfig = {
  // What its own file uses is no dead code; a reader may want its name.
  ignoreExportsUsedInFile: true,
  // A package's test kit needs a test runner only in the hands of who runs it.
  exclude: ["optionalPeerDependencies"],
  workspaces: {
    ".": {
      entry: ["scripts/*.mjs", "scripts/tests/*.test.ts"],
      project: ["scripts/**/*.{mjs,ts}", "*.config.ts"],
      // Called by path from scripts/, and by node_modules/.bin in an editor.
      ignoreDependencies: ["@arethetypeswrong/cli", "publint", "oxfmt", "oxlint", "oxlint-tsgolint", "node-.*"],
    },
    ...packagesByName,
    "packages/gateway": {
      ...packagesByName["packages/gateway"],
      // Its files are served; it is found by its folder.
      ignoreDependencies: ["swagger-ui-dist"],
    },
    "apps/console": {
      entry: ["tests/**/*.test.{ts,tsx}"],
      project: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
      // Imported by style sheets.
      ignoreDependencies: ["tailwindcss", "@fontsource-variable/.*"],
    },
    bench: {
      entry: ["*.ts", "fanout/{server,load}.ts", "join/server.ts", "broker/{server,consumer}.ts", "markdown/reader.ts"],
      project: ["**/*.ts"],
    },
    "examples/*": { project: ["**/*.{ts,tsx}"] },
    tests: {
      entry: ["**/*.test.ts", "faults/{run,trials}.ts", "rabbitmq/worker-process.ts", "browser/picture/picture.ts"],
      project: ["**/*.ts"],
      // Comes with the broker.
      ignoreBinaries: ["epmd"],
    },
  },
};

export default config;
