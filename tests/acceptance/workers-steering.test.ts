import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { call, makeTask, untilTask } from "../support/tasks.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { ManualWorkers, report } from "../support/workers.ts";

/** What the protocols do to runs holds wherever the agent works. */

describe("a client of /ws/stream that stays away", () => {
  test("R5: takes its run with it, and what is on its way", async () => {
    const workers = new ManualWorkers("stream:");
    await using server = await startServer({ workers, streamGraceMs: 0 });
    for (const arrives of [true, false]) {
      const client = await server.connect("/ws/stream?client_id=c");
      client.send({ type: "chat", payload: { message: "go" } });
      const handing = await workers.next();
      const { runId } = handing.assignment.request;
      if (arrives) handing.accept();
      if (arrives) await untilRun(server, runId, "running");
      client.drop();
      await aborted(handing.signal, arrives);
      if (arrives) await untilRun(server, runId, "cancelled");
      expect(workers.told(runId)).toEqual(["cancel"]);
    }
    const events = (await readEvents(server, "stream:c")).map(({ event }) => event);
    await verifyRuns(events);
    // The last one is what says that the one on its way never begins.
    expect(events.map(({ type }) => type)).toEqual(["RUN_STARTED", "RUN_FINISHED", "CUSTOM"]);
  });
});

describe("a task that is worked on elsewhere", () => {
  test("keeps in step with its run", async () => {
    const workers = new ManualWorkers("task:");
    await using server = await startServer({ workers });
    const { id } = await makeTask(server);
    const running = server.post(`/api/v1/tasks/${id}/run`, {});
    (await workers.next()).accept();
    expect((await running).status).toBe(202);
    const progress = (current: number): Promise<unknown> =>
      report(
        server,
        { events: [{ type: EventType.CUSTOM, name: "progress", value: { current, total: 4 } }] },
        { threadId: `task:${id}`, name: `${current}` },
      );
    expect(await Promise.all([progress(1), progress(2), progress(3)])).toEqual(["applied", "applied", "applied"]);
    const { progress: share, version } = (await call(server, "GET", `/${id}`)).body;
    expect([share, version]).toEqual([0.75, 5]);
    await report(server, { ending: { type: "success", result: "done" } }, { threadId: `task:${id}` });
    expect(await untilTask(server, id, "completed")).toMatchObject({ result: "done" });
  });

  test.each([true, false])("L6: is deleted with its run (which had begun: %s); its worker is told", async (begun) => {
    const workers = new ManualWorkers("task:");
    await using server = await startServer({ workers });
    const { id } = await makeTask(server);
    const running = server.post(`/api/v1/tasks/${id}/run`, {});
    const { assignment, accept } = await workers.next();
    if (begun) accept();
    if (begun) await running;
    if (begun) await report(server, {}, { threadId: `task:${id}`, name: "1" });
    expect((await call(server, "DELETE", `/${id}`)).status).toBe(204);
    await running;
    expect(workers.told(assignment.request.runId)).toEqual(["cancel"]);
    for (const prefix of ["queue/", "active/", "reported/", "run/", "owned/"]) {
      expect(await server.log.controls(prefix, { limit: 10 })).toEqual([]);
    }
    expect(await report(server, {}, { threadId: `task:${id}`, runId: assignment.request.runId })).toBe("unknown");
  });
});

/** Resolves when the hand-over was called off; one that has succeeded never is. */
async function aborted(signal: AbortSignal, succeeded: boolean): Promise<void> {
  if (succeeded || signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
