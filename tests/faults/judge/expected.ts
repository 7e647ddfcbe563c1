import type { AguiEvent, DialectContext } from "@throughline/protocol";
import { agentStream } from "../../../packages/gateway/src/dialects/agent-stream.ts";
import { hashOf } from "../history.ts";
import type { Transport } from "../plan.ts";
import type { Evidence } from "./evidence.ts";

/** What a reader of a thread must be given, by seq; undefined where its dialect passes an event over. */
export type Expected = readonly (string | undefined)[];

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
    const dialect = transport === "websocket" ? "stream" : "agui";
    const key = `${dialect} ${thread} ${epoch}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const events = this.events(thread, epoch);
    if (events === undefined) return undefined;
    const context = { threadId: thread, epoch, origin: this.#origin };
    const expected =
      dialect === "stream" ? frames(context, events) : events.map((event) => hashOf(JSON.stringify(event)));
    this.#made.set(key, expected);
    return expected;
  }

  events(thread: string, epoch: string): readonly AguiEvent[] | undefined {
    const { threads, past } = this.#evidence;
    const lives = [threads.get(thread), ...(past.get(thread) ?? [])];
    return lives.find((life) => life?.epoch === epoch)?.events;
  }
}

function frames(context: DialectContext, events: readonly AguiEvent[]): Expected {
  let state = agentStream.initial;
  return events.map((event, index) => {
    const step = agentStream.step(state, { seq: index + 1, event }, context);
    state = step.state;
    return step.frame === undefined ? undefined : hashOf(JSON.stringify(step.frame));
  });
}
