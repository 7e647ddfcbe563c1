import { scripted } from "@throughline/agents";
import type { TaskEvent } from "@throughline/gateway";
import { memoryDisk } from "@throughline/log";
import { silentLogger } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { Mailbox } from "../support/manual-agent.ts";
import { call, makeTask, nextEvent, serverOn } from "../support/tasks.ts";

/** What an embedding application hears of tasks and says to their clients. */

const quick = { agent: "scripted", input: "tokens=2 interval=0" };

describe("the event bus", () => {
  test("tells of every event of every task, or of those that match, until it is told to stop", async () => {
    await using server = await startServer();
    const { tasks } = server.gateway;
    const [one, two] = [await makeTask(server), await makeTask(server)];
    const ends = new Mailbox<TaskEvent>();
    const heard: TaskEvent[] = [];
    const stop = tasks.subscribe((event) => void heard.push(event), { taskId: one.id });
    tasks.subscribe((event) => ends.put(event), { types: ["task_completed"] });
    for (const { id } of [one, two]) {
      await call(server, "POST", `/${id}/run`, { body: quick });
      expect(await ends.take()).toMatchObject({ type: "task_completed", taskId: id, data: { result: "t0 t1 " } });
    }
    const types = ["task_started", "task_updated", "message.delta", "message.delta", "task_updated", "task_completed"];
    expect(heard.map(({ type }) => type)).toEqual(types);
    expect(heard.every(({ taskId, tenant }) => taskId === one.id && tenant === "default")).toBe(true);
    stop();
    stop();
    await call(server, "POST", `/${one.id}/run`, { body: quick });
    await ends.take();
    expect(heard).toHaveLength(types.length);
  });

  test("a listener that throws or rejects harms nobody; it is counted and logged", async () => {
    const logged: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void logged.push(message), child: () => logger };
    await using server = await startServer({ logger });
    const { tasks } = server.gateway;
    const ends = new Mailbox<TaskEvent>();
    tasks.subscribe(() => {
      throw new Error("bad listener");
    });
    tasks.subscribe(() => Promise.reject(new Error("worse listener")));
    tasks.subscribe((event) => ends.put(event));
    await makeTask(server);
    expect(await ends.take()).toMatchObject({ type: "task_updated" });
    await makeTask(server);
    await ends.take();
    expect(tasks.statistics()).toMatchObject({ subscribers: 3, events: 2, by_type: { task_updated: 2 }, failures: 4 });
    expect(logged).toEqual(Array(4).fill("a listener of the task bus failed"));
  });

  test("its history is filtered by type, task and time, holds the last 1,000; all are in the log", async () => {
    await using server = await startServer();
    const { tasks } = server.gateway;
    const [one, two] = [await makeTask(server), await makeTask(server)];
    for (let i = 0; i < 1_005; i++) await tasks.emitAgentStatusChange(one.id, "Ada", "working", { i });
    expect(tasks.history()).toHaveLength(1_000);
    expect(tasks.history({ taskId: two.id })).toEqual([]);
    const last = tasks.history({ types: ["agent_status_change"], taskId: one.id }).at(-1) as TaskEvent;
    expect(last.data).toEqual({ agent: "Ada", status: "working", i: 1_004 });
    const at = Date.parse(last.timestamp);
    expect(tasks.history({ since: at + 1 })).toEqual([]);
    expect(tasks.history({ since: at, until: at })).toContainEqual(last);
    const all: TaskEvent[] = [];
    for await (const event of tasks.replay(one.id, { types: ["agent_status_change"] })) all.push(event);
    expect(all.map(({ data }) => data["i"])).toEqual(Array.from({ length: 1_005 }, (_, i) => i));
    await expect(tasks.replay("missing")[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "not_found" });
  });

  test("what the application emits reaches the task's clients, is stored, and moves the progress", async () => {
    await using server = await startServer();
    const { tasks } = server.gateway;
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}`);
    await nextEvent(client, "connection_established");
    const seq = await tasks.emitTaskEvent(id, "task_paused", { reason: "lunch" });
    expect(await nextEvent(client, "task_paused")).toMatchObject({ seq, data: { reason: "lunch" } });
    await tasks.emitToolCall(id, { phase: "start", tool_call_id: "c", tool_name: "build" });
    await tasks.emitToolCall(id, { phase: "end", tool_call_id: "c", tool_name: "build", result: { ok: true } });
    expect((await nextEvent(client, "tool_call.end")).data).toMatchObject({ tool_name: "build", result: { ok: true } });
    await tasks.emitProgressUpdate(id, 0.4, "nearly half");
    expect((await nextEvent(client, "progress_update")).data).toMatchObject({ progress: 0.4, message: "nearly half" });
    expect((await nextEvent(client, "task_updated")).data.task.progress).toBe(0.4);
    expect((await call(server, "GET", `/${id}`)).body).toMatchObject({ progress: 0.4, version: 2 });
    const late = await server.connect(`/ws/tasks/${id}?after=0`);
    await nextEvent(late, "progress_update");
    for (const type of ["connection_closed", "heartbeat", "flying", "tool_call.start"]) {
      await expect(async () => tasks.emitTaskEvent(id, type, {})).rejects.toMatchObject({ code: "invalid_input" });
    }
    await expect(tasks.emitProgressUpdate(id, 2)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(tasks.emitTaskEvent("missing", "task_cancelled")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("messages to clients", () => {
  test("go to one or to all but those left out, and the connections can be listed", async () => {
    await using server = await startServer();
    const { tasks } = server.gateway;
    const { id } = await makeTask(server);
    const [ada, bob] = await Promise.all(
      ["ada", "bob"].map((name) => server.connect(`/ws/tasks/${id}?client_id=${name}`)),
    );
    if (ada === undefined || bob === undefined) throw new Error("two clients");
    for (const client of [ada, bob]) await nextEvent(client, "connection_established");
    expect(await tasks.send("ada", id, { event_type: "task_updated", data: { hello: 1 } })).toBe("sent");
    expect(await nextEvent(ada, "task_updated")).toMatchObject({ task_id: id, client_id: "ada", data: { hello: 1 } });
    const told = tasks.broadcast(id, { event_type: "task_updated", data: { all: 1 } }, new Set(["ada"]));
    expect(told).toBe(1);
    expect((await nextEvent(bob, "task_updated")).data).toEqual({ all: 1 });
    expect(
      tasks
        .connections(id)
        .map(({ clientId }) => clientId)
        .sort(),
    ).toEqual(["ada", "bob"]);
    expect(await tasks.send("nobody", id, { event_type: "task_updated" })).toBe("unknown");
  });

  test("are kept for a client that is away, over a restart, 100 at most, and it is told what was dropped", async () => {
    const disk = memoryDisk();
    const before = await serverOn(disk);
    const { id } = await makeTask(before);
    const ada = await before.connect(`/ws/tasks/${id}?client_id=ada`);
    const bob = await before.connect(`/ws/tasks/${id}?client_id=bob`);
    ada.send({ type: "ping" });
    await ada.next("pong");
    ada.close();
    await nextEvent(bob, "connection_closed");
    for (let n = 0; n < 103; n++) {
      expect(await before.gateway.tasks.send("ada", id, { event_type: "task_updated", data: { n } })).toBe("kept");
    }
    await before[Symbol.asyncDispose]();
    await using after = await serverOn(disk);
    const back = await after.connect(`/ws/tasks/${id}?client_id=ada`);
    const dropped = await nextEvent(back, "error");
    expect(dropped.data).toMatchObject({ code: "messages_dropped", message: expect.stringContaining("3 ") });
    const kept = back.frames.filter((frame) => frame["event_type"] === "task_updated").map(({ data }) => data.n);
    expect(kept).toEqual(Array.from({ length: 100 }, (_, index) => index + 3));
  });
});

test("the status tells who is connected, where, and what the bus has told", async () => {
  await using server = await startServer({ agents: [scripted] });
  const { id } = await makeTask(server);
  const task = await server.connect(`/ws/tasks/${id}?client_id=ada`);
  const stream = await server.connect("/ws/stream?client_id=bob");
  await nextEvent(task, "connection_established");
  await stream.next("connected");
  const time = expect.stringMatching(/^\d{4}-.*Z$/);
  expect((await server.get("/api/v1/websocket/status")).body).toMatchObject({
    connections: { total: 2, by_dialect: { tasks: 1, stream: 1 }, by_task: { [id]: 1 } },
    clients: expect.arrayContaining([
      {
        client_id: "ada",
        connection_id: expect.any(String),
        dialect: "tasks",
        thread_id: `task:${id}`,
        connected_at: time,
        last_seen: time,
        lag: 0,
      },
    ]),
    bus: { subscribers: 0, events: 1, by_type: { task_updated: 1 }, failures: 0, history: 1 },
  });
});
