import { type AguiEvent, type Clock, EventType } from "@throughline/protocol";
import { type Assembly, EventNormaliser, type RunGrammar, type RunIds } from "@throughline/protocol/run";
import type { ComposedWrite, Write } from "../../threads/writer.ts";
import type { Compose } from "../stored/batches.ts";
import { cut, recordOf, terminalProblem } from "../stored/bounds.ts";
import type { Ending } from "../stored/records.ts";
import { StateSoFar } from "./state-so-far.ts";
import { endingOf, GRAMMAR_ENDING, terminalEvent } from "../stored/terminal.ts";

/** The batches of one run that are more than its agent's events. */
export interface RunnerBatches {
  /** @param events what closes the run, its terminal event last */
  ended(ending: Ending, events: readonly AguiEvent[]): Compose;
  /** The batch of an agent's event that changes more than the thread; undefined for all others. */
  event(event: AguiEvent): Compose | undefined;
}

/**
 * What a run says, wherever its agent works: makes each of the agent's events canonical, refuses what
 * may not stand there (R2), and knows what is left to close when the run ends (R1).
 */
export class Transcript {
  readonly #ids: RunIds;
  readonly #clock: Clock;
  readonly #batches: RunnerBatches;
  readonly #grammar: RunGrammar;
  readonly #normaliser: EventNormaliser;
  readonly #write: (write: Write | ComposedWrite) => void;
  readonly #state: StateSoFar;

  constructor(options: {
    readonly ids: RunIds;
    readonly clock: Clock;
    readonly batches: RunnerBatches;
    /** Has accepted the run's events so far, at least its first. */
    readonly grammar: RunGrammar;
    /** The thread's shared state, as the run stands. */
    readonly state: unknown;
    /** What an earlier process was assembling of the run's chunks. */
    readonly assembling?: readonly Assembly[];
    /** Takes what is to be stored, in order. Must not throw. */
    readonly write: (write: Write | ComposedWrite) => void;
  }) {
    this.#ids = options.ids;
    this.#clock = options.clock;
    this.#batches = options.batches;
    this.#grammar = options.grammar;
    this.#normaliser = new EventNormaliser(options.assembling);
    this.#write = options.write;
    this.#state = new StateSoFar(options.state);
  }

  /** The thread's shared state, as all that was said has left it. */
  get state(): unknown {
    return this.#state.value;
  }

  /** What chunks have begun and not ended. */
  get assembling(): readonly Assembly[] {
    return this.#normaliser.assembling;
  }

  /** Writes one event of the agent's; how the run ends when the event says or breaks it. */
  take(raw: AguiEvent): Ending | undefined {
    if (typeof raw !== "object" || raw === null) return invalid("an event must be an object");
    if (raw.type === EventType.RUN_STARTED) return undefined;
    const ending = endingOf(raw);
    if (ending !== undefined) return ending;
    const { events, problem } = this.#normaliser.normalise(raw);
    if (problem !== undefined) return invalid(problem.message);
    const said: AguiEvent[] = [];
    const records: Uint8Array[] = [];
    // All are encoded before the first is accepted: what the grammar takes to be said must be stored.
    for (const event of events) {
      const stamped = event.timestamp === undefined ? { ...event, timestamp: this.#clock.now() } : event;
      const encoded = recordOf(stamped);
      if ("problem" in encoded) return invalid(encoded.problem);
      said.push(stamped);
      records.push(encoded.record);
    }
    return this.#say(said, records);
  }

  /** The batch that ends the run; a terminal event that cannot stand there becomes RUN_ERROR. */
  end(asked: Ending): { readonly ending: Ending; readonly compose: Compose } {
    const { events, ending } = this.#closingEvents(cut(asked));
    return { ending, compose: this.#batches.ended(ending, events) };
  }

  /** Writes the events up to the first that may not stand there, or that no reader could apply. */
  #say(events: readonly AguiEvent[], encoded: readonly Uint8Array[]): Ending | undefined {
    let records: Uint8Array[] = [];
    let refusal: string | undefined;
    for (const [index, event] of events.entries()) {
      const record = encoded[index] as Uint8Array;
      refusal = this.#grammar.accept(event)?.message ?? this.#state.take(event, record);
      if (refusal !== undefined) break;
      const compose = this.#batches.event(event);
      if (compose === undefined) {
        records.push(record);
      } else {
        if (records.length > 0) this.#write({ records });
        this.#write({ compose });
        records = [];
      }
    }
    if (records.length > 0) this.#write({ records });
    return refusal === undefined ? undefined : invalid(refusal);
  }

  #closingEvents(asked: Ending): { events: AguiEvent[]; ending: Ending } {
    const now = this.#clock.now();
    const events = this.#grammar.closings(now, GRAMMAR_ENDING[asked.type]);
    for (const event of events) this.#grammar.accept(event);
    const terminal = terminalEvent(asked, this.#ids, now);
    const refusal = this.#grammar.accept(terminal)?.message ?? terminalProblem(terminal);
    if (refusal === undefined) return { events: [...events, terminal], ending: asked };
    const ending = cut(invalid(refusal));
    return { events: [...events, terminalEvent(ending, this.#ids, now)], ending };
  }
}

function invalid(message: string): Ending {
  return { type: "error", code: "agent_invalid_event", message: `The agent broke the protocol: ${message}` };
}
