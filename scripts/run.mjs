// `node scripts/run.mjs <task> [args]`: what every npm script calls. Sets the clone up first, then
// runs the task with a Node that is new enough.
import { spawn } from "node:child_process";
import path from "node:path";
import { ensureInstalled, pickNode, ROOT } from "./setup.mjs";

const SOURCE = "--conditions=@throughline/source";
// Node 22 calls type stripping experimental on every start.
const QUIET = "--disable-warning=ExperimentalWarning";

const BIN = {
  format: "node_modules/oxfmt/bin/oxfmt",
  lint: "node_modules/oxlint/bin/oxlint",
  types: "node_modules/typescript/bin/tsc",
  unused: "node_modules/knip/bin/knip.js",
  test: "node_modules/vitest/vitest.mjs",
};

const LINT = {
  "lint:format": [[BIN.format, "--check", "."]],
  "lint:code": [[BIN.lint]],
  "lint:types": [[BIN.types, "-p", "."]],
  "lint:react": [
    [BIN.types, "-p", "packages/react"],
    [BIN.types, "-p", "examples/react-vite"],
    [BIN.types, "-p", "bench/markdown"],
  ],
  "lint:console": [
    [BIN.types, "-p", "apps/console"],
    [BIN.types, "-p", "tests/browser"],
  ],
  "lint:house": [["scripts/check-house.mjs"]],
  "lint:unused": [[BIN.unused]],
};

/** Each task: the files to run in turn, with their arguments; `...` stands for the caller's. */
const TASKS = {
  setup: [],
  start: [["scripts/build-console.mjs"], [SOURCE, QUIET, "packages/throughline/src/bin.ts", "start", "..."]],
  test: [[BIN.test, "run", "--project", "unit", "--project", "acceptance", "..."]],
  "test:unit": [[BIN.test, "run", "--project", "unit", "..."]],
  "test:rabbitmq": [[BIN.test, "run", "--project", "rabbitmq", "..."]],
  "test:browser": [["scripts/build-console.mjs"], [BIN.test, "run", "--project", "browser", "..."]],
  picture: [["scripts/build-console.mjs"], [SOURCE, QUIET, "tests/browser/picture/picture.ts"]],
  faults: [[SOURCE, QUIET, "tests/faults/run.ts", "..."]],
  "faults:nightly": [[SOURCE, QUIET, "tests/faults/trials.ts", "..."]],
  bench: [["scripts/bench.mjs", "..."]],
  build: [["scripts/build.mjs"]],
  "check:packages": [["scripts/build.mjs"], ["scripts/check-sizes.mjs"], ["scripts/check-packages.mjs"]],
  "check:start": [["scripts/check-start.mjs"]],
  format: [[BIN.format, "."]],
  ...LINT,
  lint: Object.values(LINT).flat(),
};

const [task = "", ...args] = process.argv.slice(2);
if (!isTask(task)) {
  console.error(`throughline: no task "${task}". There are: ${Object.keys(TASKS).join(", ")}`);
  process.exit(2);
}

await ensureInstalled();
const node = pickNode();
const env = { ...process.env, PATH: [path.dirname(node), process.env.PATH].join(path.delimiter) };
for (const step of TASKS[task]) {
  const code = await runNode(step.flatMap((word) => (word === "..." ? args : [word])));
  if (code !== 0) process.exit(code);
}
if (task === "test") {
  console.log("Skipped: tests that need Chromium (npm run test:browser) or a RabbitMQ broker (npm run test:rabbitmq).");
}

/**
 * @param {string} word
 * @returns {word is keyof typeof TASKS}
 */
function isTask(word) {
  return Object.hasOwn(TASKS, word);
}

/**
 * @param {string[]} words
 * @returns {Promise<number>} the exit code
 */
function runNode(words) {
  const child = spawn(node, words, { cwd: ROOT, env, stdio: "inherit" });
  // The child ends in its own time, so this process waits; who started it knows only this one.
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(code ?? 1);
    });
  });
}
