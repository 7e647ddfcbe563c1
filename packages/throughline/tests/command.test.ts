import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
const FLAGS = ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning"];

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-command-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** The command as a process of its own, in a folder of its own. */
function throughline(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [...FLAGS, BIN, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const match = /^throughline listening on (http:\S+)\n/.exec(out);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    void ended.then(() => reject(new Error(`It ended before it listened: ${err}`)));
  });
  // Tests of a refusal never look at the address.
  url.catch(() => undefined);
  return { child, ended, url };
}

describe("throughline start", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("D6: prints one line, serves, and ends with 0 on %s", async (signal) => {
    const server = throughline(["start", "--port", "0", "--durability", "os"]);
    const url = await server.url;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    server.child.kill(signal);
    expect(await server.ended).toMatchObject({ code: 0, out: `throughline listening on ${url}\n` });
  });

  test("logs JSON where nobody sits at a terminal", async () => {
    const server = throughline(["start"], { THROUGHLINE_PORT: "0", THROUGHLINE_PROT: "1" });
    await server.url;
    server.child.kill("SIGTERM");
    const { err } = await server.ended;
    const lines = err
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("THROUGHLINE_PROT"));
  });

  test("a run that drains is heard to its end, and a second signal does not wait for it", async () => {
    const server = throughline(["start", "--port", "0", "--drain-ms", "600000", "--durability", "memory"]);
    const url = await server.url;
    const posted = await fetch(`${url}/api/v1/threads/t1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent: "scripted", input: "tokens=1 hang=1" }),
    });
    expect(posted.status).toBe(202);
    server.child.kill("SIGTERM");
    await untilNotReady(url);
    // The echo of the first signal counts for half a second; until then this is passed over.
    const again = setInterval(() => server.child.kill("SIGTERM"), 100);
    const { code } = await server.ended;
    clearInterval(again);
    expect(code).toBe(1);
  });

  test.each([
    [["start", "--prot", "1"], "invalid_setting", "--prot"],
    [["start", "--port", "x"], "invalid_setting", "--port is"],
    [["start", "--host", "0.0.0.0", "--port", "0"], "insecure_binding", "THROUGHLINE_HOST"],
    [["start", "--agents", "oracle", "--port", "0"], "invalid_setting", "oracle"],
    [["start", "--config", "missing.ts"], "invalid_setting", "missing.ts"],
    [["start", "now"], "invalid_setting", "now"],
  ] as const)("refuses %j with its code and what to do", async (args, code, part) => {
    const { code: exit, out, err } = await throughline(args).ended;
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(err).toContain(`[${code}]`);
    expect(err).toContain(part);
    expect(err).not.toContain("    at ");
  });

  test("lists its flags", async () => {
    const { code, out } = await throughline(["start", "--help"]).ended;
    expect(code).toBe(0);
    expect(out).toContain("--data-dir");
    expect(out).toContain("THROUGHLINE_DATA_DIR");
  });
});

async function untilNotReady(url: string): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${url}/ready`);
    if (status === 503) return;
  }
}
