import { type Clock, type Random, ThroughlineError } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { encodeEvent } from "../threads/codec.ts";
import { checkId, streamName } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import { closingEvents } from "./closing.ts";

/** What forking needs of the gateway. */
export interface ForkPorts {
  readonly log: StreamLog;
  readonly threads: Threads;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A new thread that shares another's events up to a position. A run that goes on there is cut: its
 * slice in the new thread ends cancelled, since nobody executes it there.
 * @throws not_found, stream_exists, invalid_input, trimmed
 */
export async function forkThread(
  { log, threads, clock, random }: ForkPorts,
  tenant: string,
  sourceId: string,
  options: { readonly target?: string | undefined; readonly at?: number | undefined },
): Promise<Thread> {
  const source = await threads.find(tenant, sourceId);
  const at = options.at ?? source.head;
  if (at > source.head)
    throw new ThroughlineError("invalid_input", `"at" lies beyond the thread's end, ${source.head}.`);
  const targetId = checkId("id", options.target ?? `fork-${random.uuid()}`);
  await log.fork(streamName(tenant, sourceId), streamName(tenant, targetId), { at });
  const fork = await threads.open(tenant, targetId);
  const cut = fork.view.runs.findLast(({ endSeq }) => endSeq === null);
  const now = clock.now();
  const events = cut === undefined ? [] : await closingEvents(fork, cut, { type: "cancelled" }, now);
  const text = firstText(fork);
  await fork.writer.write({
    compose: (first) => {
      const lastSeq = first + events.length - 1;
      const line = fork.line.change({ id: targetId, status: "idle", lastSeq, now, text });
      return { records: events.map(encodeEvent), controls: line.writes, stored: line.stored };
    },
  });
  return fork;
}

/** What the thread began with, for lists. */
function firstText(thread: Thread): string {
  const message = thread.view.messages.find(({ role }) => role === "user");
  return typeof message?.content === "string" ? message.content : "";
}
