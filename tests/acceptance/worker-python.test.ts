import { execFile, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** The worker in Python needs a library that is not installed here: it is read by Python, and not run. */

const WORKER = fileURLToPath(new URL("../../examples/rabbitmq-worker/worker.py", import.meta.url));

const noPython = spawnSync("python3", ["--version"]).status === 0 ? undefined : "python3 is not installed";
if (noPython !== undefined) process.stdout.write(`skipped: ${noPython}\n`);

describe.skipIf(noPython !== undefined)("the example of a worker in Python", () => {
  test("compiles", async () => {
    // What Python keeps of it stays out of the working tree.
    const env = { ...process.env, PYTHONPYCACHEPREFIX: path.join(tmpdir(), "throughline-python") };
    const compile = (file: string) => promisify(execFile)("python3", ["-m", "py_compile", file], { env });
    await compile(WORKER);
    await expect(compile(fileURLToPath(import.meta.url))).rejects.toThrow(/SyntaxError/);
  });
});
