import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import { expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { RawEngine } from "../support/raw-engine.ts";

/** States that are larger than what may lie unread of what a client is told. */

const STATE = '42["state"';

test("D5: large states asked for at once come one after another, as fast as they are taken", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const ids = Array.from({ length: 8 }, (_, index) => `large-${index}`);
  for (const id of ids) await write(log, id, 4);
  await using server = await startServer({ log });
  const raw = await join(server.origin);
  raw.pause();
  for (const [ack, requestId] of ids.entries()) raw.send(`42${ack}["rejoin",${JSON.stringify({ requestId })}]`);
  const followed = async (): Promise<number> => (await server.get("/api/v1/websocket/status")).body.connections.total;
  await expect.poll(followed).toBeGreaterThan(0);
  raw.resume();
  for (const [ack, requestId] of ids.entries()) {
    await raw.next((packet) => packet.startsWith(`${STATE},`) && packet.includes(`"requestId":"${requestId}"`));
    await raw.next((packet) => packet.startsWith(`43${ack}[{"ok":true`));
  }
  expect(raw.packets.filter((packet) => packet.startsWith(STATE))).toHaveLength(ids.length);
  raw.drop();
});

test("D5: a client that has yet to take a large state may be told something", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  await write(log, "large", 24);
  await using server = await startServer({ log });
  const raw = await join(server.origin);
  raw.pause();
  raw.send('42["rejoin",{"requestId":"large"}]');
  const notify = (text: string): number => server.gateway.requests.send("large", { type: "notice", text });
  await expect.poll(() => notify("first")).toBe(1);
  expect(notify("second")).toBe(1);
  expect(notify("third")).toBe(1);
  raw.resume();
  await raw.next((packet) => packet.startsWith(STATE));
  await raw.next((packet) => packet.includes('"third"'));
  raw.drop();
});

async function join(origin: string): Promise<RawEngine> {
  const raw = await RawEngine.open(origin);
  await raw.next((packet) => packet.startsWith("0"));
  raw.send("40");
  await raw.next((packet) => packet.startsWith("40"));
  return raw;
}

/** A request that is over, with so many results of a megabyte each. */
async function write(log: StreamLog, requestId: string, results: number): Promise<void> {
  const ids = { threadId: `request:${requestId}`, runId: `run-${requestId}` };
  const step = (index: number) => ({ stepId: `s${index}`, order: index, tool: "t", status: "completed" });
  const steps = Array.from({ length: results }, (_, index) => ({ ...step(index), result: "x".repeat(1024 * 1024) }));
  const events = [
    { type: "RUN_STARTED", ...ids },
    { type: "STATE_SNAPSHOT", snapshot: { plan: { steps: [] } } },
    ...steps.map((value, index) => ({
      type: "STATE_DELTA",
      delta: [{ op: "add", path: `/plan/steps/${index}`, value }],
    })),
    { type: "RUN_FINISHED", ...ids, outcome: { type: "success" } },
  ];
  const records = events.map((event) => Buffer.from(JSON.stringify({ ...event, timestamp: 1 })));
  const [first, ...rest] = records.map((record) => [record]);
  const stream = `default/request:${requestId}`;
  await log.append({ appends: [{ stream, records: first ?? [], create: {} }] });
  for (const one of rest) await log.append({ appends: [{ stream, records: one }] });
}
