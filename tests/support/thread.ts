import { type BaseEvent, verifyEvents } from "@ag-ui/client";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { from, lastValueFrom, toArray } from "rxjs";
import type { TestServer } from "./gateway.ts";

/** All events of a thread, read page by page over HTTP. */
export async function readEvents(
  server: Pick<TestServer, "get">,
  threadId: string,
): Promise<{ seq: number; event: AguiEvent }[]> {
  const events: { seq: number; event: AguiEvent }[] = [];
  for (let after = 0; ;) {
    const { body } = await server.get(`/api/v1/threads/${threadId}/events?after=${after}`);
    events.push(...body.events);
    if (body.next_after === body.last_seq) return events;
    after = body.next_after;
  }
}

/** Waits, event by event, until the stored run has this status. */
export async function untilRun(server: Pick<TestServer, "get">, runId: string, status: string): Promise<void> {
  const { body: run } = await server.get(`/api/v1/runs/${runId}`);
  const events = `/api/v1/threads/${run.thread_id}/events`;
  for (let after = 0; ;) {
    // The head first: whatever comes behind it ends the wait below.
    after = (await server.get(`${events}?after=0&limit=1`)).body.last_seq;
    const { body } = await server.get(`/api/v1/runs/${runId}`);
    if (body.status === status) return;
    if (["completed", "failed", "cancelled", "waiting"].includes(body.status)) {
      throw new Error(`run ${runId} is ${body.status}, not ${status}: ${JSON.stringify(body.error)}`);
    }
    await server.get(`${events}?after=${after}&wait=20`);
  }
}

/** @throws when AG-UI's own verifier refuses the slice of any run, or a run has no end */
export async function verifyRuns(events: readonly AguiEvent[]): Promise<void> {
  let run: AguiEvent[] = [];
  for (const event of events) {
    if (event.type === EventType.RUN_STARTED) run = [];
    run.push(event);
    if (event.type !== EventType.RUN_FINISHED && event.type !== EventType.RUN_ERROR) continue;
    await lastValueFrom(from(run as BaseEvent[]).pipe(verifyEvents(), toArray()));
    run = [];
  }
  const open = run.filter(({ type }) => type !== EventType.CUSTOM);
  if (open.length > 0) throw new Error(`a run has no end: ${open.map(({ type }) => type).join(", ")}`);
}
