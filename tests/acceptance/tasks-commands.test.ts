import { scripted } from "@throughline/agents";
import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { call, makeTask, nextEvent, untilTask } from "../support/tasks.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";

/** What people tell a task's run to do. */

describe("holding a run", () => {
  test("R4: a repeated pause or resume changes nothing any more", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent] });
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}?client_id=c`);
    await call(server, "POST", `/${id}/run`, { body: { agent: "manual" } });
    await manual.next();
    client.send({ type: "pause", id: "1" });
    await nextEvent(client, "task_paused");
    // The run is held already: there is nothing to do, but its id is noted.
    client.send({ type: "pause", id: "2" });
    client.send({ type: "resume", id: "3" });
    await nextEvent(client, "task_updated", ({ data }) => data.resumed === true);
    for (const repeated of ["1", "2"]) client.send({ type: "pause", id: repeated });
    client.send({ type: "pause", id: "4" });
    await nextEvent(client, "task_paused");
    client.send({ type: "resume", id: "3" });
    // Commands follow one another: once this one is refused, those before it are done.
    client.send({ type: "pause", run_id: "none" });
    await nextEvent(client, "error");
    const events = await readEvents(server, `task:${id}`);
    const names = events.map(({ event }) => (event.type === EventType.CUSTOM ? event.name : ""));
    const holds = names.filter((name) => name.startsWith("run."));
    expect(holds).toEqual(["run.paused", "run.resumed", "run.paused"]);
  });
});

describe("cancelling a task that waits for an answer", () => {
  test("R1, R2, R4: withdraws the question for good; until then nobody else sets the status", async () => {
    await using server = await startServer({ agents: [scripted] });
    const { id } = await makeTask(server);
    const client = await server.connect(`/ws/tasks/${id}?client_id=c`);
    await call(server, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0 ask=Why?" } });
    const { data } = await nextEvent(client, "task_paused");
    const patched = await call(server, "PATCH", `/${id}`, { body: { status: "cancelled" } });
    expect([patched.status, patched.body.error.code]).toEqual([409, "thread_busy"]);
    client.send({ type: "cancel", id: "1" });
    await nextEvent(client, "task_cancelled");
    expect((await untilTask(server, id, "cancelled")).status).toBe("cancelled");
    client.send({ type: "cancel", id: "1" });
    await nextEvent(client, "task_cancelled", (frame) => frame.data.repeated === true);
    client.send({ type: "answer", question_id: data.question_id, answer: "late" });
    expect((await nextEvent(client, "error")).data.code).toBe("already_answered");
    const view = (await server.get(`/api/v1/threads/task:${id}`)).body;
    expect([view.status, view.pending_interrupts]).toEqual(["idle", []]);
    const events = await readEvents(server, `task:${id}`);
    await verifyRuns(events.map(({ event }) => event));
    expect((await call(server, "PATCH", `/${id}`, { body: { status: "pending" } })).status).toBe(200);
  });
});
