import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "../../packages/throughline/src/settings/read-settings.ts";
import { startServer } from "../../packages/throughline/src/server/start-server.ts";
import { Stranger, world } from "../support/broker.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let folder: string;

/** The whole server, as the command starts it. */
async function start(flags: Record<string, unknown> = {}) {
  const defaults = { port: 0, dataDir: path.join(folder, "data"), durability: "memory", drainMs: 1_000 };
  const file = { path: "none", values: {} };
  const env = { THROUGHLINE_RABBITMQ_URL: node.url };
  const { settings } = readSettings({ flags: { ...defaults, ...flags }, env, file });
  const server = await startServer(settings, world);
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}

async function ask(url: string, requestId: string, runId: string, input: string): Promise<Response> {
  return await fetch(`${url}/api/v1/threads/request:${requestId}/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ agent: "scripted", input, run_id: runId }),
  });
}

/** Asks until it is taken: right after the start, and while the broker is away, it is refused. */
async function untilTaken(url: string, requestId: string, runId: string, input: string): Promise<void> {
  await expect.poll(async () => (await ask(url, requestId, runId, input)).status, { timeout: 60_000 }).toBe(202);
}

async function events(url: string, requestId: string): Promise<any[]> {
  const response = await fetch(`${url}/api/v1/threads/request:${requestId}/events`);
  const body = (await response.json()) as { events?: { event: any }[] };
  return (body.events ?? []).map(({ event }) => event as unknown);
}

const last = async (url: string, requestId: string): Promise<string> => (await events(url, requestId)).at(-1)?.type;

describe.skipIf(noBroker !== undefined)("the server with a broker", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    folder = await mkdtemp(path.join(tmpdir(), "throughline-server-"));
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test("requests go through the broker, and every token of the agent's comes back once", async () => {
    await using server = await start();
    await using stranger = await Stranger.at(node.url);
    await untilTaken(server.url, "a", "run-a", "tokens=300 interval=0 tools=2 steps=2");
    await expect.poll(() => last(server.url, "a"), { timeout: 30_000 }).toBe("RUN_FINISHED");
    const deltas = (await events(server.url, "a")).filter(({ type }) => type === "TEXT_MESSAGE_CONTENT");
    expect(deltas.map(({ delta }) => (delta as string).trim())).toEqual(Array.from({ length: 300 }, (_, i) => `t${i}`));
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/throughline_broker_up\{link="gateway"\} 1/);
    expect(metrics).toMatch(/throughline_broker_published_total\{exchange="agent.requests"\} 1/);
    expect(metrics).toMatch(/throughline_broker_received_total\{type="agent.event",reception="applied"\} \d+/);
    await expect.poll(() => stranger.count("websocket.progress")).toBe(0);
    expect(await stranger.count("websocket.progress.dead")).toBe(0);
  });

  test("other threads' runs stay in the process", async () => {
    await using server = await start();
    const response = await fetch(`${server.url}/api/v1/threads/t1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent: "scripted", input: "tokens=1 interval=0" }),
    });
    expect(response.status).toBe(202);
  });

  test("serves without its broker, refuses requests until it is there, and takes them then", async () => {
    await node.stop();
    await using server = await start();
    const refused = await ask(server.url, "b", "run-b", "tokens=1");
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "unavailable" } });
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    await node.restart();
    await untilTaken(server.url, "b", "run-b", "tokens=3 interval=0");
    await expect.poll(() => last(server.url, "b"), { timeout: 30_000 }).toBe("RUN_FINISHED");
  });

  test("D6: a run of an embedded worker is heard to its end when the server stops", async () => {
    const server = await start({ durability: "os", drainMs: 10_000 });
    await untilTaken(server.url, "c", "run-c", "tokens=40 interval=20");
    await expect.poll(() => last(server.url, "c"), { timeout: 30_000 }).toBe("TEXT_MESSAGE_CONTENT");
    await server.stop();
    await using again = await start({ durability: "os" });
    // What was still on its way when the server closed comes from the queue.
    await expect.poll(() => last(again.url, "c"), { timeout: 30_000 }).toBe("RUN_FINISHED");
    const deltas = (await events(again.url, "c")).filter(({ type }) => type === "TEXT_MESSAGE_CONTENT");
    expect(deltas).toHaveLength(40);
  });
});
