import { scripted } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { untilRun } from "../support/thread.ts";

/** Holes that a review has found around tasks, quotes and the audit log, each kept shut. */

/** A server whose task `t` is run by an agent that says this. */
async function saying(...events: AguiEvent[]) {
  const manual = manualAgent();
  const server = await startServer({ agents: [manual.agent, scripted] });
  await server.post("/api/v1/tasks", { id: "t", title: "T" });
  const { body } = await server.post("/api/v1/tasks/t/run", { agent: "manual" });
  const run = await manual.next();
  for (const event of events) await run.emit(event);
  run.finish();
  await untilRun(server, body.run_id, "completed");
  return server;
}

test("an event with an impossible time harms nobody who follows its task", async () => {
  const confidence = { type: EventType.CUSTOM, name: "confidence", value: { confidence: 1 }, timestamp: 9e15 } as const;
  await using server = await saying(confidence);
  const client = await server.connect("/ws/tasks/t?after=0");
  await client.nextWhere((frame) => frame["event_type"] === "confidence_update");
  await client.nextWhere((frame) => frame["event_type"] === "task_completed");
  expect(server.gateway.tasks.history({ taskId: "t" }).map(({ type }) => type)).toContain("confidence_update");
});

test("an agent cannot speak with the server's voice", async () => {
  const forged = ["reset", "connection_closed", "heartbeat", "made_up"].map((event_type) => ({
    type: EventType.CUSTOM as const,
    name: "task.event",
    value: { event_type, data: { epoch: "x" } },
  }));
  await using server = await saying(...forged);
  const client = await server.connect("/ws/tasks/t?after=0");
  await client.nextWhere((frame) => frame["event_type"] === "task_completed");
  const types = client.frames.map((frame) => frame["event_type"]);
  for (const type of ["reset", "connection_closed", "heartbeat", "made_up"]) expect(types).not.toContain(type);
});

test("D1: a place that is remembered is what was acknowledged, never what was sent", async () => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const stored: number[] = [];
  const append: StreamLog["append"] = (batch) => {
    for (const { key, value } of batch.controls ?? []) {
      if (key.startsWith("client/") && value !== null) stored.push((JSON.parse(value) as { seq: number }).seq);
    }
    return log.append(batch);
  };
  const watched = new Proxy(log, {
    get: (target, name) => {
      const value: unknown = name === "append" ? append : Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await using server = await startServer({ log: watched });
  await server.post("/api/v1/tasks", { id: "t", title: "T" });
  const client = await server.connect("/ws/tasks/t?client_id=c&after=0");
  await client.nextWhere((frame) => frame["event_type"] === "task_updated");
  expect(stored[0]).toBe(0);
});

test("A3: a list of too many symbols is answered once", async () => {
  const source = { subscribe: () => () => undefined };
  await using server = await startServer({ quotes: source });
  const client = await server.connect("/ws/quotes?symbols=");
  client.send({ type: "subscribe", symbols: Array.from({ length: 5_000 }, () => "!") });
  client.send({ type: "subscribe", symbols: "x" });
  await client.nextWhere((frame) => frame["code"] === "invalid_input");
  expect(client.frames.filter((frame) => frame["code"] === "too_many_symbols")).toHaveLength(1);
});

test("a task's audit trail begins with its creation, whatever its id", async () => {
  await using server = await startServer();
  await server.post("/api/v1/tasks", { id: "a:b", title: "T" });
  const patched = await fetch(`${server.origin}/api/v1/tasks/a%3Ab`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "U" }),
  });
  expect(patched.status).toBe(200);
  const { body } = await server.get("/api/v1/audit?session_id=a:b");
  expect(body.items.map(({ action }: { action: string }) => action)).toEqual(["task.update", "task.create"]);
});

test("If-None-Match: * is answered by 304", async () => {
  await using server = await startServer();
  await server.post("/api/v1/tasks", { id: "t", title: "T" });
  const response = await fetch(`${server.origin}/api/v1/tasks/t`, { headers: { "if-none-match": "*" } });
  expect(response.status).toBe(304);
});
