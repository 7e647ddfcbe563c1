import { scripted, taskWorker } from "@throughline/agents";
import { memoryDisk } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { call, crashingDisk, makeTask, nextEvent, serverOn, untilTask } from "../support/tasks.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";

/** A task and the runs on it agree, whatever happens in between. */

/** The task as the fold of its thread has it, as its record has it, and as the lists have it. */
async function everywhere(server: TestServer, id: string): Promise<any> {
  const record = (await call(server, "GET", `/${id}`)).body;
  const view = (await server.get(`/api/v1/threads/task:${id}`)).body;
  const listed = (await call(server, "GET", "/?limit=200")).body.items.find((task: any) => task.id === id);
  expect(view.tasks[id]).toEqual(record);
  expect(listed).toEqual(record);
  return record;
}

async function eventsOf(server: TestServer, id: string): Promise<AguiEvent[]> {
  const events = (await readEvents(server, `task:${id}`)).map(({ event }) => event);
  await verifyRuns(events);
  return events;
}

function statusesIn(events: readonly AguiEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === EventType.CUSTOM && event.name === "task.changed" ? [event.value.task.status] : [],
  );
}

describe("a task and its run", () => {
  test("R1, S3: every step of the run stands on the thread with the task's change beside it", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const { id } = await makeTask(server);
    await call(server, "POST", `/${id}/run`, { body: { agent: "manual" } });
    const run = await manual.next();
    await call(server, "POST", `/${id}/pause`);
    await everywhere(server, id);
    await call(server, "POST", `/${id}/resume`);
    run.finish();
    await untilTask(server, id, "completed");
    await everywhere(server, id);
    const events = await eventsOf(server, id);
    expect(statusesIn(events)).toEqual(["pending", "running", "paused", "running", "completed"]);
    expect(events.at(-1)).toMatchObject({ type: "RUN_FINISHED", outcome: { type: "success" } });
  });

  test("what people change while an agent works is not taken back by what the agent says of the task", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const task = await makeTask(server, { checklist: [{ text: "one", done: false }] });
    await call(server, "POST", `/${task.id}/run`, { body: { agent: "manual" } });
    const run = await manual.next();
    expect(run.context.view.tasks[task.id]).toEqual(task);
    await call(server, "PATCH", `/${task.id}`, { body: { title: "Ship it today" } });
    const said = { ...task, status: "completed", checklist: [{ text: "one", done: true }], version: 17 };
    await run.emit({ type: EventType.CUSTOM, name: "task.changed", value: { task: said } });
    run.finish();
    expect(await untilTask(server, task.id, "completed")).toMatchObject({
      title: "Ship it today",
      checklist: [{ text: "one", done: true }],
    });
    await everywhere(server, task.id);
    expect(statusesIn(await eventsOf(server, task.id))).toEqual([
      "pending",
      "running",
      "running",
      "running",
      "completed",
    ]);
  });

  test("the task worker ticks the checklist off", async () => {
    await using server = await startServer({ agents: [taskWorker({ pace: 0 })] });
    const { id } = await makeTask(server, { checklist: ["a", "b"].map((text) => ({ text, done: false })) });
    await call(server, "POST", `/${id}/run`);
    const task = await untilTask(server, id, "completed");
    expect(task).toMatchObject({ agent: "task-worker", progress: 1, result: { items: 2 } });
    expect(task.checklist.map(({ done }: any) => done)).toEqual([true, true]);
    await everywhere(server, id);
  });

  test("what agents put outside their own thread goes the same way", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    const { id, ...task } = { ...(await makeTask(server)), id: "story" };
    await run.context.tasks.put({ ...task, id, title: "A story" });
    await run.context.tasks.put({ ...task, id, title: "A better story" });
    run.finish();
    expect(await everywhere(server, id)).toMatchObject({ title: "A better story", version: 2 });
    await expect(run.context.tasks.put({ ...task, id, title: "" })).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("after kill -9", () => {
  test.each(["running", "paused"])("R1, R3: a task that was %s has failed, and so has its run", async (status) => {
    const disk = memoryDisk();
    const manual = manualAgent();
    const before = await serverOn(disk, { agents: [manual.agent] });
    const { id } = await makeTask(before);
    const { body } = await call(before, "POST", `/${id}/run`, { body: { agent: "manual" } });
    await manual.next();
    if (status === "paused") await call(before, "POST", `/${id}/pause`);
    disk.crash();
    await using after = await serverOn(disk, { agents: [scripted] });
    const failed = await everywhere(after, id);
    expect(failed).toMatchObject({ status: "failed", result: { error: { code: "worker_lost" } } });
    expect((await after.get(`/api/v1/runs/${body.run_id}`)).body.status).toBe("failed");
    expect((await eventsOf(after, id)).at(-1)).toMatchObject({ type: "RUN_ERROR", code: "worker_lost" });
    await call(after, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0" } });
    await untilTask(after, id, "completed");
    void before[Symbol.asyncDispose]();
  });

  test("L1: cut at any write, a run's life leaves task and run in agreement, also when recovery is cut", async () => {
    const outcomes = new Set<string>();
    for (let cut = 1; cut <= 8; cut++) {
      const { disk, crash, crashAfter } = crashingDisk();
      const before = await serverOn(disk, { agents: [scripted] });
      const { id } = await makeTask(before);
      const client = await before.connect(`/ws/tasks/${id}?after=0`);
      await nextEvent(client, "task_updated");
      const crashed = crashAfter(cut);
      const body = { agent: "scripted", input: "tokens=3 interval=0", run_id: "r" };
      void call(before, "POST", `/${id}/run`, { body }).catch(() => undefined);
      await Promise.race([nextEvent(client, "task_completed"), crashed]);
      crash();
      const again = crashAfter(2);
      const mending = serverOn(disk, { agents: [scripted] });
      await Promise.race([mending, again]);
      crash();
      await using after = await serverOn(disk, { agents: [scripted] });
      const task = await everywhere(after, id);
      const run = await after.get("/api/v1/runs/r");
      expect(task.status).toBe(run.status === 404 ? "pending" : run.body.status);
      outcomes.add(task.status);
      await eventsOf(after, id);
      void before[Symbol.asyncDispose]();
    }
    expect([...outcomes].sort()).toEqual(["completed", "failed", "pending"]);
  });
});

describe("deleting a task", () => {
  async function traces(server: TestServer, id: string): Promise<string[]> {
    const found = await server.log.controls("", { limit: 10_000 });
    return found.filter(({ key, value }) => `${key}${value}`.includes(id)).map(({ key }) => key);
  }

  test("L6: tells who follows it, ends its runs, and leaves nothing of it", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent, scripted] });
    const { id } = await makeTask(server, { id: "doomed" });
    const client = await server.connect(`/ws/tasks/${id}?client_id=ada`);
    await nextEvent(client, "connection_established");
    await call(server, "POST", `/${id}/run`, { body: { agent: "manual", run_id: "r1" } });
    const run = await manual.next();
    await call(server, "POST", `/${id}/run`, { body: { agent: "scripted", run_id: "r2" } });
    run.context.signal.addEventListener("abort", () => run.finish());
    expect((await call(server, "DELETE", `/${id}`)).status).toBe(204);
    expect(await nextEvent(client, "task_updated", ({ data }) => data.deleted === true)).toMatchObject({ task_id: id });
    await nextEvent(client, "task_cancelled");
    expect((await client.closed).code).toBe(4404);
    expect(run.context.signal.aborted).toBe(true);
    for (const gone of ["/api/v1/runs/r1", "/api/v1/runs/r2", `/api/v1/threads/task:${id}`]) {
      expect((await server.get(gone)).status).toBe(404);
    }
    expect(await server.log.info(`default/task:${id}`)).toBeUndefined();
    expect(await traces(server, id)).toEqual([]);
    const again = await makeTask(server, { id });
    expect(again.version).toBe(1);
    const events = await readEvents(server, `task:${id}`);
    expect(events.map(({ seq }) => seq)).toEqual([1]);
  });

  test("L6: a deletion that was cut off is finished by the next start, or never began", async () => {
    const outcomes = new Set<number>();
    for (let cut = 1; cut <= 6; cut++) {
      const { disk, crash, crashAfter } = crashingDisk();
      const before = await serverOn(disk, { agents: [scripted] });
      const { id } = await makeTask(before, { id: "doomed" });
      await call(before, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0 ask=Why?" } });
      await untilTask(before, id, "paused");
      const crashed = crashAfter(cut);
      await Promise.race([call(before, "DELETE", `/${id}`).catch(() => undefined), crashed]);
      crash();
      await using after = await serverOn(disk, { agents: [scripted] });
      const { status } = await call(after, "GET", `/${id}`);
      outcomes.add(status);
      if (status === 404) {
        expect(await after.log.info(`default/task:${id}`)).toBeUndefined();
        expect(await traces(after, id)).toEqual([]);
      } else {
        await everywhere(after, id);
      }
      void before[Symbol.asyncDispose]();
    }
    expect([...outcomes].sort((a, b) => a - b)).toEqual([200, 404]);
  });
});
