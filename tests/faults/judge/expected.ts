import type { AguiEvent, Dialect, DialectContext } from "@throughline/protocol";
import { agentStream } from "../../../packages/gateway/src/dialects/agent-stream.ts";
import { chartCommands } from "../../../packages/gateway/src/dialects/chart-commands.ts";
import { chat } from "../../../packages/gateway/src/dialects/chat.ts";
import { tasks } from "../../../packages/gateway/src/dialects/tasks.ts";
import { hashOf } from "../history.ts";
import type { Socket, Transport } from "../plan.ts";
import type { Evidence } from "./evidence.ts";

/** What a reader of a thread must be given, by seq; undefined where its dialect passes an event over. */
export type Expected = readonly (string | undefined)[];

const DIALECTS: Readonly<Record<Socket, Dialect>> = { websocket: agentStream, chart: chartCommands, chat, tasks };

/** Works out what readers must be given, once per thread, epoch and dialect. */
export class Expectations {
  readonly #evidence: Evidence;
  readonly #origin: string;
  readonly #made = new Map<string, Expected>();

  /** @param origin base of links in frames */
  constructor(evidence: Evidence, origin: string) {
    this.#evidence = evidence;
    this.#origin = origin;
  }

  /** undefined when the thread never had such an epoch. */
  of(thread: string, epoch: string, transport: Transport): Expected | undefined {
    const key = `${transport} ${thread} ${epoch}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const events = this.events(thread, epoch);
    if (events === undefined) return undefined;
    const expected = expectedOf(transport, { threadId: thread, epoch, origin: this.#origin }, events);
    this.#made.set(key, expected);
    return expected;
  }

  /** Those of the thread's latest life, where none is named. */
  events(thread: string, epoch: string | undefined): readonly AguiEvent[] | undefined {
    const { threads, past } = this.#evidence;
    if (epoch === undefined) return threads.get(thread)?.events;
    const lives = [threads.get(thread), ...(past.get(thread) ?? [])];
    return lives.find((life) => life?.epoch === epoch)?.events;
  }
}

/** What one gets who comes without a position. */
export function lateJoinOf(transport: Transport): Dialect["lateJoin"] {
  if (isDialect(transport)) return DIALECTS[transport].lateJoin;
  // The native protocol gives a view and what comes behind it.
  return transport === "native" ? "live" : "all";
}

/** What a reader must be given of these events. */
export function expectedOf(transport: Transport, context: DialectContext, events: readonly AguiEvent[]): Expected {
  return isDialect(transport)
    ? frames(DIALECTS[transport], context, events)
    : events.map((event) => hashOf(JSON.stringify(event)));
}

/** Whether it gives frames of its own, rather than the events themselves. */
function isDialect(transport: Transport): transport is Socket {
  return Object.hasOwn(DIALECTS, transport);
}

function frames(dialect: Dialect, context: DialectContext, events: readonly AguiEvent[]): Expected {
  let state = dialect.initial;
  return events.map((event, index) => {
    const step = dialect.step(state, { seq: index + 1, event }, context);
    state = step.state;
    return step.frame === undefined ? undefined : hashOf(JSON.stringify(step.frame));
  });
}
