import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their source, so nothing needs building before a test. */
const CONDITION = "@throughline/source";

/** Where to write the result as JSON besides showing it. */
const REPORT = process.env["VITEST_JSON"];

/** What every project shares. */
const shared = {
  setupFiles: ["./scripts/vitest-no-console.ts"],
  // A process per file: the tests open sockets, worker threads and native modules.
  pool: "forks" as const,
  // Worker threads that a test starts inherit the flag, and with it the source condition.
  execArgv: [`--conditions=${CONDITION}`],
  // A net for what hangs, not a measure: machines differ, and disks more so.
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

const resolve = { conditions: [CONDITION, "module", "node", "development|production"] };
const ssr = { resolve: { conditions: [CONDITION, "module", "node", "development|production"] } };

export default defineConfig({
  test: {
    maxWorkers: 2,
    // CI adds up the counts of several runs from files.
    reporters: REPORT === undefined ? ["default"] : ["default", "json"],
    outputFile: REPORT === undefined ? {} : { json: REPORT },
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: "unit",
          include: [
            "packages/*/tests/**/*.test.{ts,tsx}",
            "apps/*/tests/**/*.test.{ts,tsx}",
            "scripts/tests/**/*.test.ts",
          ],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: "acceptance",
          include: ["tests/acceptance/**/*.test.ts", "tests/conformance/**/*.test.ts", "tests/faults/**/*.test.ts"],
        },
      },
      {
        resolve,
        ssr,
        // One browser at a time: two of them on two cores only wait for each other.
        test: {
          ...shared,
          name: "browser",
          include: ["tests/browser/**/*.browser.test.ts"],
          fileParallelism: false,
        },
      },
      {
        resolve,
        ssr,
        // Every file has a broker of its own, which needs more of the machine than the test does.
        test: {
          ...shared,
          name: "rabbitmq",
          include: ["tests/rabbitmq/**/*.rabbitmq.test.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
