import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SseParser } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { WsClient } from "../support/ws-client.ts";

/** Every example of a host is started as its README says, in a process of its own, and used. */

const FOLDER = fileURLToPath(new URL("../../examples/", import.meta.url));
const EXAMPLES = readdirSync(FOLDER)
  .filter((name) => existsSync(`${FOLDER}${name}/server.ts`))
  .sort();

interface Example extends AsyncDisposable {
  readonly origin: string;
  /** Ends it as a supervisor would; its exit code. */
  stop(): Promise<number | null>;
}

async function start(name: string): Promise<Example> {
  const child = spawn(
    process.execPath,
    ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning", "server.ts"],
    {
      cwd: FOLDER + name,
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = once(child, "exit");
  const port = await portOf(child);
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const [code] = await exited;
    return code as number | null;
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    stop,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Read from what it prints once it listens. */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  let said = "";
  let wrong = "";
  stderr?.on("data", (chunk: Buffer) => (wrong += chunk.toString()));
  for await (const chunk of stdout ?? []) {
    said += String(chunk);
    const port = /port: (\d+)/.exec(said)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`it ended without listening: ${said}${wrong}`);
}

/** The types of a thread's events as they are streamed, up to the end of its run. */
async function streamedTypes(url: string): Promise<string[]> {
  const types: string[] = [];
  const parser = new SseParser(({ data }) => types.push((JSON.parse(data) as { type: string }).type));
  const response = await fetch(url, { headers: { accept: "text/event-stream" } });
  for await (const bytes of response.body ?? []) {
    parser.push(bytes as Uint8Array);
    if (types.includes("RUN_FINISHED")) break;
  }
  return types;
}

test("there is an example for each host that is promised", () => {
  expect(EXAMPLES).toEqual(["express", "fastify", "hono", "plain-http"]);
});

describe.each(EXAMPLES)("examples/%s", (name) => {
  test("D1: streams a run over WebSocket and SSE, leaves other addresses alone, and closes cleanly", async () => {
    await using example = await start(name);
    const { origin } = example;
    const client = await WsClient.open(`${origin.replace("http", "ws")}/ws/stream?thread_id=t&after=0`);
    const started = await fetch(`${origin}/api/v1/threads/t/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent: "scripted", input: "tokens=5 interval=1" }),
    });
    expect(started.status).toBe(202);
    expect(await client.next("result")).toMatchObject({ content: "t0 t1 t2 t3 t4 " });

    const types = await streamedTypes(`${origin}/api/v1/threads/t/events`);
    expect(types).toEqual([
      "RUN_STARTED",
      "TEXT_MESSAGE_START",
      ...Array.from({ length: 5 }, () => "TEXT_MESSAGE_CONTENT"),
      "TEXT_MESSAGE_END",
      "RUN_FINISHED",
    ]);

    const hello = await fetch(`${origin}/hello`);
    expect(hello.status).toBe(name === "plain-http" ? 404 : 200);
    await hello.text();
    const nothing = await fetch(`${origin}/nothing`);
    expect(nothing.status).toBe(404);
    await nothing.text();
    await expect(WsClient.open(`${origin.replace("http", "ws")}/nothing`)).rejects.toMatchObject({ status: 404 });

    expect(await example.stop()).toBe(0);
    expect(await client.closed).toMatchObject({ code: 4503 });
  });
});
