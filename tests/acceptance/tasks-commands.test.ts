import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { call, makeTask, nextEvent } from "../support/tasks.ts";
import { readEvents } from "../support/thread.ts";

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
