import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
/** Where its sample listens, which may be taken on this machine. */
const PORT = "4477";

let folder: string;
let running: ChildProcess[] = [];

// As the clone's root: the packages are there, built or not.
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-readme-"));
  symlinkSync(modules, path.join(folder, "node_modules"), "junction");
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** The sample that calls itself so, saved and run as the README says; only its port is another. */
function run(name: "server.ts" | "client.ts", port: string): ChildProcess {
  const code = [...readme.matchAll(/```ts\n(.*?)```/gs)].find(([, text]) => text?.startsWith(`// ${name}`))?.[1] ?? "";
  expect(code).toContain(PORT);
  writeFileSync(path.join(folder, name), code.replace(PORT, port));
  const [, args = ""] = new RegExp(`^ {4}node (.*${name})$`, "m").exec(readme) ?? [];
  const child = spawn(process.execPath, args.split(" "), { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  return child;
}

/** Resolves once the README's server says that it is ready. */
async function serve(port: string): Promise<void> {
  const child = run("server.ts", port);
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`The sample ended with ${code}`)));
  if (child.stdout === null) throw new Error("The sample cannot be heard.");
  const [said] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
  // Its end is the test's doing from here on.
  ended.catch(() => undefined);
  expect(said.toString()).toBe("ready\n");
}

/** What the README's client prints until it ends by itself. */
async function ask(port: string): Promise<string> {
  const child = run("client.ts", port);
  let printed = "";
  child.stdout?.on("data", (data: Buffer) => (printed += data.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  return printed;
}

describe("README.md", () => {
  test("its client asks its server, prints the answer and ends; run again, it goes on in the same thread", async () => {
    const port = await freePort();
    await serve(port);
    const answer = /^(\d+) You said: Hello\n$/;
    const [, first] = answer.exec(await ask(port)) ?? [];
    const [, second] = answer.exec(await ask(port)) ?? [];
    // The thread goes on where it was.
    expect(Number(second)).toBeGreaterThan(Number(first));
    expect(existsSync(path.join(folder, ".cache", "greeter"))).toBe(true);
  });

  test("its two calls start a run where `npm start` serves, and follow it", async () => {
    const url = await startAsNpmDoes();
    const [start, follow] = [...readme.matchAll(/^ {4}curl (.*)$/gm)].map(([, call = ""]) => requestOf(call));
    const started = await fetch(url + start?.path, start?.init);
    expect([started.status, await started.json()]).toMatchObject([202, { thread_id: "t1" }]);
    const events = await fetch(url + follow?.path, follow?.init);
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of events.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (/"(TOOL_CALL_RESULT|RUN_FINISHED|RUN_ERROR)"/.test(text)) break;
    }
    expect(text).toMatch(/^id: \S+\.1\ndata: \{"type":"RUN_STARTED"/m);
    expect(text).toContain('"TOOL_CALL_RESULT"');
  });
});

/** The server that `npm start` starts, on a free port; resolves with its address. */
async function startAsNpmDoes(): Promise<string> {
  const command = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
  const env = { ...process.env, THROUGHLINE_PORT: "0", THROUGHLINE_LOG_LEVEL: "silent" };
  const stdio: StdioOptions = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, ["--conditions=@throughline/source", command, "start"], {
    cwd: folder,
    env,
    stdio,
  });
  running.push(child);
  if (child.stdout === null) throw new Error("The server cannot be heard.");
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return /listening on (\S+)/.exec(said.toString())?.[1] ?? "";
}

/** What curl would ask for. */
function requestOf(call: string): { readonly path: string; readonly init: RequestInit } {
  const [, where = ""] = /127\.0\.0\.1:4400(\/\S+)/.exec(call) ?? [];
  const [, method = "GET"] = /-X (\w+)/.exec(call) ?? [];
  const headers = [...call.matchAll(/-H '(.*?): (.*?)'/g)].map(([, name = "", value = ""]) => [name, value] as const);
  const [, body] = /-d '(.*?)'/.exec(call) ?? [];
  return {
    path: where,
    init: { method, headers: Object.fromEntries(headers), ...(body === undefined ? {} : { body }) },
  };
}
