import { spawn } from "node:child_process";
import { once } from "node:events";
import { SseParser } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { EXAMPLES, folderOf, startExample } from "../support/example.ts";
import { WsClient } from "../support/ws-client.ts";

/** Every example is started as its README says, in a process of its own, and used. */

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

/** Those that put the gateway into a host; the others are tried below, and in a browser. */
const HOSTS = ["express", "fastify", "hono", "plain-http"];

test("there is an example for each host and client that is promised", () => {
  expect(EXAMPLES).toEqual([...HOSTS, "nextjs", "node-watcher", "rabbitmq-worker", "react-vite"].sort());
});

describe.each(HOSTS)("examples/%s", (name) => {
  test("D1: streams a run over WebSocket and SSE, leaves other addresses alone, and closes cleanly", async () => {
    await using example = await startExample(name);
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

test("examples/node-watcher: prints what happens, and steers", async () => {
  await using example = await startExample("plain-http");
  const watcher = spawn(
    process.execPath,
    ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning", "watch.ts", "t", example.origin],
    { cwd: folderOf("node-watcher"), stdio: ["pipe", "pipe", "inherit"] },
  );
  const exited = once(watcher, "exit");
  let said = "";
  /** Reads on until it has said so. */
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(said)) {
      const [chunk] = (await once(watcher.stdout, "data")) as [Buffer];
      said += chunk.toString();
    }
  };
  await until(/\[live over websocket\]/);
  watcher.stdin.write("tokens=3 interval=1\n");
  await until(/t0 t1 t2 \n\[success\]/);
  watcher.stdin.write("tokens=100000 interval=5\n");
  await until(/t5 /);
  watcher.stdin.write("/stop\n");
  await until(/\[cancelled\]/);
  watcher.stdin.write("tokens=5 interval=5 ask=Really?\n");
  await until(/\? Really\?/);
  watcher.stdin.end();
  expect(await exited).toEqual([0, null]);
});
