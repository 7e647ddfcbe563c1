import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

let server: ChildProcess | undefined;
let folder: string | undefined;

afterEach(() => {
  server?.kill("SIGKILL");
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** The README's server, on a free port and in a folder of its own; resolves with its address. */
function startSample(): Promise<string> {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-readme-"));
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const code = sample
    .replace('".throughline"', JSON.stringify(folder))
    .replace(
      'server.listen(4400, "127.0.0.1")',
      'server.listen(0, "127.0.0.1", () => console.log(server.address().port))',
    );
  writeFileSync(path.join(folder, "server.ts"), code);
  symlinkSync(
    fileURLToPath(new URL("../../../node_modules", import.meta.url)),
    path.join(folder, "node_modules"),
    "junction",
  );
  const child = spawn(process.execPath, ["--conditions=@throughline/source", "server.ts"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  server = child;
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (port: Buffer) => resolve(`http://127.0.0.1:${String(port).trim()}`));
    child.once("exit", (code) => reject(new Error(`The sample ended with ${code}`)));
  });
}

describe("README.md", () => {
  test("its server runs its agent, as its two calls say", async () => {
    const url = await startSample();
    const body = /-d '(\{.*?\})'/.exec(readme)?.[1] ?? "";
    const address = /127\.0\.0\.1:4400(\/api\/v1\/threads\/t1)\/runs/.exec(readme)?.[1] ?? "";
    const headers = { "content-type": "application/json" };
    const started = await fetch(`${url}${address}/runs`, { method: "POST", headers, body });
    expect(started.status).toBe(202);
    const events = await fetch(`${url}${address}/events`, { headers: { accept: "text/event-stream" } });
    let text = "";
    for await (const chunk of events.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes("RUN_FINISHED")) break;
    }
    expect(text).toContain("You said: ");
  });
});
