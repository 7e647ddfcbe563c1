import { memoryDisk, type MemoryDisk } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import type { TestServer } from "../support/gateway.ts";
import { serverOn } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, THREAD } from "../support/workers.ts";

/** *_CHUNK shorthands of a worker whose gateway dies between them. */

const chunk = (fields: object): AguiEvent => fields as AguiEvent;
const CHUNKS: readonly AguiEvent[] = [
  // Begun by hand, and so for its agent to end: no chunk may do it.
  { type: EventType.TEXT_MESSAGE_START, messageId: "own", role: "assistant" },
  { type: EventType.SUBAGENT_STARTED, subagentRunId: "s1", name: "helper" },
  chunk({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m1", delta: "He" }),
  chunk({ type: EventType.TEXT_MESSAGE_CHUNK, delta: "llo" }),
  chunk({ type: EventType.REASONING_MESSAGE_CHUNK, messageId: "think", subagentRunId: "s1", delta: "hm" }),
  // Named again, and with it all that it may repeat.
  chunk({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m1", role: "assistant", delta: "!" }),
  chunk({ type: EventType.TOOL_CALL_CHUNK, toolCallId: "t1", toolCallName: "load", delta: "{" }),
  chunk({ type: EventType.TOOL_CALL_CHUNK, delta: "}" }),
  chunk({ type: EventType.REASONING_MESSAGE_CHUNK, subagentRunId: "s1", delta: "…" }),
  { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "own", delta: "by hand" },
  chunk({ type: EventType.TEXT_MESSAGE_CHUNK, messageId: "m2", delta: "Bye" }),
  chunk({ type: EventType.TEXT_MESSAGE_CHUNK, delta: "." }),
];

/** What stands in the thread when the gateway is restarted before each of these chunks. */
async function told(restarts: readonly number[]): Promise<object[]> {
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  let server = await serverOn(disk, { workers });
  try {
    await begin(server, workers, "r1");
    for (const [n, event] of CHUNKS.entries()) {
      if (restarts.includes(n)) server = await restarted(server, disk, workers);
      expect(await report(server, { events: [event] }, { name: `${n}`, runId: "r1" })).toBe("applied");
    }
    if (restarts.includes(CHUNKS.length)) server = await restarted(server, disk, workers);
    await report(server, { ending: { type: "success" } }, { name: "end", runId: "r1" });
    await untilRun(server, "r1", "completed");
    const events = (await readEvents(server, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    expect(await server.log.controls("assembly/", { limit: 10 })).toEqual([]);
    return events.map((event) => ({ ...event, timestamp: 0 }));
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

async function restarted(server: TestServer, disk: MemoryDisk, workers: ManualWorkers): Promise<TestServer> {
  disk.crash();
  void server[Symbol.asyncDispose]();
  return await serverOn(disk, { workers });
}

test("R2: a worker's chunks are expanded the same, wherever between them its gateway is restarted", async () => {
  const whole = await told([]);
  const types = whole.map((event) => (event as AguiEvent).type);
  expect(types.filter((type) => type === EventType.TEXT_MESSAGE_START)).toHaveLength(3);
  expect(types.filter((type) => type === EventType.TEXT_MESSAGE_END)).toHaveLength(3);
  const everywhere = Array.from({ length: CHUNKS.length + 1 }, (_, n) => n);
  for (const restarts of [...everywhere.map((n) => [n]), everywhere]) {
    expect(await told(restarts), `restarted before ${restarts.join(", ")}`).toEqual(whole);
  }
});

test("R1: what a worker's chunks have begun is closed with its run by a gateway that has no way to it", async () => {
  const disk = memoryDisk();
  const workers = new ManualWorkers();
  const before = await serverOn(disk, { workers });
  await begin(before, workers, "r1");
  await report(before, { events: [CHUNKS[2] as AguiEvent] }, { name: "1" });
  expect(await before.log.controls("assembly/", { limit: 10 })).toHaveLength(1);
  disk.crash();
  void before[Symbol.asyncDispose]();
  await using after = await serverOn(disk);
  await untilRun(after, "r1", "failed");
  const events = (await readEvents(after, THREAD)).map(({ event }) => event);
  await verifyRuns(events);
  expect(events.map(({ type }) => type).slice(-2)).toEqual([EventType.TEXT_MESSAGE_END, EventType.RUN_ERROR]);
  expect(await after.log.controls("assembly/", { limit: 10 })).toEqual([]);
});
