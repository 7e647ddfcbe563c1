/**
 * Joining a long thread: its view, its whole history, and a thousand clients that come back to it at
 * once, from a server that was just started.
 *
 *     node --conditions=@throughline/source bench/join.ts
 */
import { replayOverSse, replayOverWebSocket, type Replayed } from "./join/replay.ts";
import type { Served } from "./join/server.ts";
import { type Child, startChild } from "./lib/child.ts";
import { machine } from "./lib/machine.ts";
import { quantile } from "./lib/quantile.ts";
import { inScratch } from "./lib/stores.ts";

const EVENTS = 20_000;
const THREAD = "long";
const WARM_JOINS = 50;
const REPLAYS = 5;
/** Clients that come back at once, and how many events each has missed. */
const STORM = 1_000;
const MISSED = 500;

console.log(machine());
await inScratch(async (folder) => {
  const task: Served = { folder, thread: THREAD, events: EVENTS };
  await withServer(task, (server) => server.ask("fill"));
  await withServer(task, measure);
});

async function withServer(task: Served, use: (server: Child) => Promise<unknown>): Promise<void> {
  const server = startChild("join/server.ts", task);
  try {
    await use(server);
    await server.ask("close");
  } finally {
    await server.stop();
  }
}

async function measure(server: Child): Promise<void> {
  const port = await server.ask<number>("port");
  const cold = await join(port);
  const warm: number[] = [];
  for (let i = 0; i < WARM_JOINS; i++) warm.push((await join(port)).ms);
  console.log(`thread of ${cold.lastSeq.toLocaleString("en")} events, durability full, another process wrote it`);
  console.log(
    `  view over HTTP      cold ${ms(cold.ms)}  warm p50 ${ms(quantile(warm, 0.5))} p99 ${ms(quantile(warm, 0.99))}  ${kb(cold.bytes)}`,
  );
  report("all events over SSE", await repeat(() => replayOverSse(port, THREAD, cold.lastSeq)), cold.lastSeq);
  report("/ws/stream?after=0 ", await repeat(() => replayOverWebSocket(port, THREAD, 0, cold.lastSeq)), cold.lastSeq);
  await storm(port, cold.lastSeq);
}

async function storm(port: number, last: number): Promise<void> {
  const clients = Array.from({ length: STORM }, () => replayOverWebSocket(port, THREAD, last - MISSED, last));
  const times = (await Promise.all(clients)).map((replay) => replay.ms);
  const caughtUp = `p50 ${ms(quantile(times, 0.5))} p99 ${ms(quantile(times, 0.99))}`;
  console.log(
    `  ${STORM.toLocaleString("en")} clients at once, ${MISSED} events behind: connected and caught up ${caughtUp}`,
  );
}

interface Joined extends Replayed {
  readonly lastSeq: number;
}

async function join(port: number): Promise<Joined> {
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/threads/${THREAD}`);
  const text = await response.text();
  const { last_seq: lastSeq } = JSON.parse(text) as { last_seq: number };
  return { ms: performance.now() - start, bytes: text.length, lastSeq };
}

async function repeat(replay: () => Promise<Replayed>): Promise<readonly Replayed[]> {
  const replays: Replayed[] = [];
  for (let i = 0; i < REPLAYS; i++) replays.push(await replay());
  return replays;
}

function report(title: string, replays: readonly Replayed[], events: number): void {
  const times = replays.map((replay) => replay.ms);
  const median = quantile(times, 0.5);
  const perSecond = Math.round((events / median) * 1_000).toLocaleString("en");
  console.log(
    `  ${title} first ${ms(times[0] ?? Number.NaN)}  median of ${REPLAYS} ${ms(median)} (${perSecond} events/s)  ${kb(replays[0]?.bytes ?? 0)}`,
  );
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function kb(bytes: number): string {
  return `${Math.round(bytes / 1024).toLocaleString("en")} KB`;
}
