import { projectManager, taskWorker } from "@throughline/agents";
import { EventType, type Task } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";

/** The planning and the working agent, through the real gateway and from one to the other. */

const agents = [projectManager({ pace: 0 }), taskWorker({ pace: 0 })];

const typesOf = (events: { event: { type: string } }[]): string[] => events.map(({ event }) => event.type);

describe("the project manager and the task worker", () => {
  test("R2: a plan becomes tasks on threads of their own, and a task is worked through", async () => {
    await using server = await startServer({ agents });
    await server.post("/api/v1/threads/plan/runs", {
      agent: "project-manager",
      input: "A shop with login and search",
      run_id: "p",
    });
    await untilRun(server, "p", "completed");
    const planned = await readEvents(server, "plan");
    await verifyRuns(planned.map(({ event }) => event));
    const { artifacts, messages } = (await server.get("/api/v1/threads/plan")).body;
    expect(artifacts.map(({ title }: { title: string }) => title)).toEqual(["Login", "Search"]);
    expect(messages.some(({ role }: { role: string }) => role === "assistant")).toBe(true);

    const id: string = artifacts[0].content.task_id;
    const stored = (await server.get(`/api/v1/threads/task:${id}`)).body.tasks[id] as Task;
    expect(stored).toMatchObject({ title: "Login", status: "pending", priority: "P0", agent: "task-worker" });

    await server.post(`/api/v1/threads/task:${id}/runs`, { agent: "task-worker", input: "go", run_id: "w" });
    await untilRun(server, "w", "completed");
    const worked = await readEvents(server, `task:${id}`);
    await verifyRuns(worked.map(({ event }) => event));
    const done = (await server.get(`/api/v1/threads/task:${id}`)).body.tasks[id] as Task;
    expect(done).toMatchObject({ status: "completed", progress: 1 });
    expect(done.checklist.every((item) => item.done)).toBe(true);
    expect(done.version).toBeGreaterThan(stored.version);
  });

  test("an unclear request waits for the answer, and the answer is planned with", async () => {
    await using server = await startServer({ agents });
    await server.post("/api/v1/threads/plan/runs", { agent: "project-manager", input: "help me", run_id: "p" });
    await untilRun(server, "p", "waiting");
    const { pending_interrupts } = (await server.get("/api/v1/threads/plan")).body;
    const answer = { interrupt_id: pending_interrupts[0].interrupt.id, answer: "a blog with comments and tags" };
    const { body } = await server.post("/api/v1/runs/p/answers", answer);
    await untilRun(server, body.run_id, "completed");
    const events = await readEvents(server, "plan");
    await verifyRuns(events.map(({ event }) => event));
    expect((await server.get("/api/v1/threads/plan")).body.artifacts).toHaveLength(2);
  });

  test("R5: a cancelled worker leaves ticks in place; run again it goes on behind them", async () => {
    await using server = await startServer({ agents: [projectManager({ pace: 0 }), taskWorker({ pace: 0.2 })] });
    await server.post("/api/v1/threads/plan/runs", {
      agent: "project-manager",
      input: "A shop with login",
      run_id: "p",
    });
    await untilRun(server, "p", "completed");
    const id: string = (await server.get("/api/v1/threads/plan")).body.artifacts[0].content.task_id;
    const thread = `/api/v1/threads/task:${id}`;
    const client = await server.connect(`/ws/stream?thread_id=task:${id}`);
    await client.next("connected");
    await server.post(`${thread}/runs`, { agent: "task-worker", input: "go", run_id: "one" });
    await client.next("tool_result");
    await client.next("tool_call");
    await server.post("/api/v1/runs/one/cancel", {});
    const ticked = ((await server.get(thread)).body.tasks[id] as Task).checklist.filter(({ done }) => done).length;
    expect(ticked).toBeGreaterThanOrEqual(1);
    const before = (await readEvents(server, `task:${id}`)).length;
    await server.post(`${thread}/runs`, { agent: "task-worker", input: "go on", run_id: "two" });
    await untilRun(server, "two", "completed");
    const second = (await readEvents(server, `task:${id}`)).slice(before);
    const { checklist } = (await server.get(thread)).body.tasks[id] as Task;
    expect(typesOf(second).filter((type) => type === EventType.STEP_STARTED)).toHaveLength(checklist.length - ticked);
    expect(checklist.every(({ done }) => done)).toBe(true);
  });
});
