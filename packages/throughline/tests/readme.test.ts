import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

let folder: string;
let running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-readme-"));
  symlinkSync(modules, path.join(folder, "node_modules"), "junction");
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

/** The sample that calls itself so, started with some of its words replaced. */
function start(name: "server.ts" | "client.ts", replaced: ReadonlyMap<string, string>) {
  let code = [...readme.matchAll(/```ts\n(.*?)```/gs)].find(([, text]) => text?.startsWith(`// ${name}`))?.[1] ?? "";
  for (const [word, by] of replaced) {
    expect(code).toContain(word);
    code = code.replace(word, by);
  }
  writeFileSync(path.join(folder, name), code);
  const child = spawn(process.execPath, ["--conditions=@throughline/source", name], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  running.push(child);
  return child;
}

/** The README's server on a free port; resolves with its address. */
async function startServer(): Promise<string> {
  const child = start(
    "server.ts",
    new Map([
      ['".throughline"', JSON.stringify(folder)],
      ['server.listen(4400, "127.0.0.1")', 'server.listen(0, "127.0.0.1", () => console.log(server.address().port))'],
    ]),
  );
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`The sample ended with ${code}`)));
  const [port] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
  // Its end is the test's doing from here on.
  ended.catch(() => undefined);
  return `http://127.0.0.1:${String(port).trim()}`;
}

/** What the README's client prints until it ends by itself. */
async function runClient(url: string): Promise<string> {
  const child = start("client.ts", new Map([["http://127.0.0.1:4400", url]]));
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  return printed;
}

describe("README.md", () => {
  test("its server runs its agent, as its two calls say", async () => {
    const url = await startServer();
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

  test("its client asks its server, prints the answer and ends; run again, it goes on in the same thread", async () => {
    const url = await startServer();
    const answer = /^(\d+) You said: Hello\n$/;
    const [, first] = answer.exec(await runClient(url)) ?? [];
    const [, second] = answer.exec(await runClient(url)) ?? [];
    // The thread goes on where it was.
    expect(Number(second)).toBeGreaterThan(Number(first));
  });
});
