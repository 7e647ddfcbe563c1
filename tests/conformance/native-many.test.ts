import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import type { NativeServerFrame } from "@throughline/protocol";
import { SseParser } from "@throughline/testing";
import { expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { WsClient } from "../support/ws-client.ts";

/** One connection that follows many threads and is slower than they are. */

const MiB = 1024 * 1024;

/** Threads with this many events of a kilobyte each; their ids. */
async function fill(log: StreamLog, threads: number, events: number): Promise<string[]> {
  const record = Buffer.from(
    JSON.stringify({ type: "CUSTOM", name: "filled", value: "x".repeat(1_000), timestamp: 1 }),
  );
  const ids = Array.from({ length: threads }, (_, index) => `many:${index}`);
  for (const id of ids) {
    const records = Array.from({ length: events }, () => record);
    await log.append({ appends: [{ stream: `default/${id}`, records, create: {} }] });
  }
  return ids;
}

/** Counts what comes of each thread, and that nothing is missing in between. */
function counting(): { readonly counts: Map<string, number>; take(frame: NativeServerFrame): void } {
  const counts = new Map<string, number>();
  return {
    counts,
    take: (frame) => {
      if (frame.type !== "events") return;
      const had = counts.get(frame.thread) ?? 0;
      expect(frame.seq).toBe(had + 1);
      counts.set(frame.thread, had + frame.events.length);
    },
  };
}

test("N3, N11, D1: a stream that is taken slowly gives all of each of its threads", { timeout: 20_000 }, async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const ids = await fill(log, 3, 3_000);
  await using server = await startServer({ log });
  const subscriptions = ids.map((thread) => ({ thread, from: "start" }));
  const response = await server.gateway.fetch(
    new Request("http://127.0.0.1/api/v1/follow", {
      method: "POST",
      headers: { "content-type": "application/json", host: "127.0.0.1" },
      body: JSON.stringify({ client_id: "slow", subscriptions }),
    }),
  );
  // Nothing is read until the stream is full: then every thread waits for it to be taken.
  const behind = async (): Promise<number> => {
    const { clients } = (await server.get("/api/v1/websocket/status")).body as { clients: { lag: number }[] };
    return clients.length < ids.length ? Infinity : clients.reduce((sum, { lag }) => sum + lag, 0);
  };
  await expect.poll(behind).toBeLessThan(8_100);
  const { counts, take } = counting();
  const parser = new SseParser(({ data }) => take(JSON.parse(data) as NativeServerFrame));
  for await (const bytes of response.body ?? []) {
    parser.push(bytes);
    if ([...counts.values()].reduce((sum, count) => sum + count, 0) === 9_000) break;
  }
  expect([...counts.values()]).toEqual([3_000, 3_000, 3_000]);
});

test("N27, D2: a socket that is not read holds 1 MiB and no more, however many threads it follows", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const ids = await fill(log, 100, 256);
  const gateway = await createGateway({ agents: [], log });
  const http = createServer();
  const sockets: Socket[] = [];
  http.on("upgrade", (_request, socket) => sockets.push(socket as Socket));
  gateway.attach(http);
  const port = await listening(http);
  const warnings: Error[] = [];
  const handleWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", handleWarning);
  const client = await WsClient.open(`ws://127.0.0.1:${port}/ws`, {}, ["throughline.v1"]);
  try {
    client.send({ type: "hello" });
    await client.next("welcome");
    client.pause();
    for (const thread of ids) client.send({ type: "subscribe", thread, from: "start", presence: false });
    const [socket] = sockets as [Socket];
    await expect.poll(() => socket.writableLength).toBeGreaterThan(MiB);
    await expect.poll(async () => (await followed(port)).length).toBe(ids.length);
    expect(socket.writableLength).toBeLessThan(1.5 * MiB);
    client.resume();
    const { counts, take } = counting();
    while ([...counts.values()].reduce((sum, count) => sum + count, 0) < ids.length * 256) {
      take((await client.next("events")) as NativeServerFrame);
    }
    expect(counts.size).toBe(ids.length);
    expect(warnings).toEqual([]);
  } finally {
    process.off("warning", handleWarning);
    client.drop();
    await gateway.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await log.close();
  }
});

test("N27: large views asked for at once come one after another, as fast as they are taken", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const ids = Array.from({ length: 12 }, (_, index) => `large:${index}`);
  for (const id of ids) await write(log, id, 100);
  await using server = await startServer({ log });
  const client = await server.connect("/ws", { protocols: ["throughline.v1"] });
  client.send({ type: "hello" });
  await client.next("welcome");
  client.pause();
  for (const thread of ids) client.send({ type: "subscribe", thread, from: "view", presence: false });
  // The first views are followed, the rest wait for the client to take them.
  const followed = async (): Promise<number> =>
    ((await server.get("/api/v1/websocket/status")).body as { clients: unknown[] }).clients.length;
  await expect.poll(followed).toBeGreaterThan(0);
  client.resume();
  for (const thread of ids) expect(await client.next("subscribed")).toMatchObject({ thread, head: 302 });
});

test("N27: a client that has yet to take a large view is answered all the same", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  await write(log, "large", 1_500);
  await using server = await startServer({ log });
  const client = await server.connect("/ws", { protocols: ["throughline.v1"] });
  client.send({ type: "hello" });
  await client.next("welcome");
  client.pause();
  client.send({ type: "subscribe", thread: "large", from: "view", presence: false });
  const followed = async (): Promise<number> =>
    ((await server.get("/api/v1/websocket/status")).body as { clients: unknown[] }).clients.length;
  await expect.poll(followed).toBe(1);
  for (const id of ["p1", "p2", "p3"]) client.send({ type: "ping", id });
  // Asked behind them, so that they have been heard by then.
  await followed();
  client.resume();
  expect(await client.next("subscribed")).toMatchObject({ thread: "large", head: 4_502 });
  for (const id of ["p1", "p2", "p3"]) expect(await client.next("pong")).toMatchObject({ id });
});

/** A thread whose view holds so many messages of ten kilobytes. */
async function write(log: StreamLog, id: string, messages: number): Promise<void> {
  const ids = { threadId: id, runId: `run-${id}` };
  const said = Array.from({ length: messages }, (_, index) => [
    { type: "TEXT_MESSAGE_START", messageId: `m${index}`, role: "assistant" },
    { type: "TEXT_MESSAGE_CONTENT", messageId: `m${index}`, delta: "z".repeat(10_000) },
    { type: "TEXT_MESSAGE_END", messageId: `m${index}` },
  ]);
  const ended = { type: "RUN_FINISHED", ...ids, outcome: { type: "success" } };
  const events = [{ type: "RUN_STARTED", ...ids }, ...said.flat(), ended];
  const records = events.map((event) => Buffer.from(JSON.stringify({ ...event, timestamp: 1 })));
  await log.append({ appends: [{ stream: `default/${id}`, records, create: {} }] });
}

async function listening(http: Server): Promise<number> {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return (http.address() as AddressInfo).port;
}

async function followed(port: number): Promise<unknown[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/websocket/status`);
  return ((await response.json()) as { clients: unknown[] }).clients;
}
