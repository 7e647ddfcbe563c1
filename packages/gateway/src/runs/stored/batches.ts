import {
  type AguiEvent,
  type Clock,
  type ErrorCode,
  EventType,
  reduceAll,
  type RunStartedEvent,
} from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { decodeEvent, encodeEvent } from "../../threads/codec.ts";
import type { Thread } from "../../threads/thread.ts";
import type { Composed } from "../../threads/writer.ts";
import { ALONE, type Companion, type Joined, NOTHING, type RunStep } from "./companion.ts";
import { Projection } from "./projection.ts";
import type { Withdrawal } from "./questions.ts";
import type { Ending, Queued, RunRecord, RunStatus, StartRequest } from "./records.ts";
import { terminalEvent } from "./terminal.ts";

/**
 * Makes a batch when its turn has come; see ComposedWrite.
 * @param before the records that stand before it in the same batch; none where it is a batch of its own
 */
export type Compose = (first: number, before?: readonly Uint8Array[]) => Composed;

/** Several batches as one, in order. */
export function inOneBatch(parts: readonly Compose[]): Compose {
  return (first) => {
    const records: Uint8Array[] = [];
    const controls: ControlWrite[] = [];
    const stored: (() => void)[] = [];
    for (const part of parts) {
      const composed = part(first + records.length, records);
      for (const record of composed.records) records.push(record);
      controls.push(...composed.controls);
      if (composed.stored !== undefined) stored.push(composed.stored);
    }
    return { records, controls, stored: () => stored.forEach((tell) => tell()) };
  };
}

/** What composing a batch needs of the gateway. */
export interface BatchPorts {
  readonly clock: Clock;
  /** What the thread keeps that follows from its runs; undefined for one that keeps nothing. */
  readonly companionOf: (thread: Thread) => Companion | undefined;
}

/**
 * The batches of one thread's runs: for each step of a run's life its events, its control records, and
 * what the thread's companion adds, committed together or not at all.
 */
export class RunBatches {
  readonly projection: Projection;
  readonly #thread: Thread;
  readonly #companion: Companion;
  readonly #now: () => number;

  constructor(thread: Thread, ports: BatchPorts) {
    this.#thread = thread;
    this.#companion = ports.companionOf(thread) ?? ALONE;
    this.#now = () => ports.clock.now();
    this.projection = new Projection(thread.tenant, thread.id, this.#now);
  }

  /** @param more control records of whoever starts it */
  started(
    started: RunStartedEvent,
    request: StartRequest,
    lease: string,
    queueKey: string | undefined,
    more: readonly ControlWrite[],
  ): Compose {
    return (first, before) => {
      const joined = this.#join({ type: "started", request }, before);
      const controls = [...this.projection.started(request, lease, first, queueKey), ...joined.controls, ...more];
      return this.#listed(first, [started, ...joined.events], controls, "running", request);
    };
  }

  /** A run held, or let go on. */
  held(record: RunRecord, status: "running" | "paused"): Compose {
    return (first, before) => {
      const name = status === "paused" ? "run.paused" : "run.resumed";
      const event: AguiEvent = {
        type: EventType.CUSTOM,
        name,
        value: { runId: record.runId },
        timestamp: this.#now(),
      };
      const joined = this.#join({ type: "held", status }, before);
      const controls = [...this.projection.held(record, status), ...joined.controls];
      return this.#listed(first, [event, ...joined.events], controls, status);
    };
  }

  /** @param events what closes the run, its terminal event last */
  ended(record: RunRecord, lease: string, ending: Ending, events: readonly AguiEvent[]): Compose {
    return (first, before) => {
      const joined = this.#join({ type: "ended", ending }, before);
      const all = [...events.slice(0, -1), ...joined.events, ...events.slice(-1)];
      const endSeq = first + all.length - 1;
      const controls = [...this.projection.ended(record, lease, ending, endSeq), ...joined.controls];
      return this.#listed(first, all, controls, this.projection.statusAfter(ending));
    };
  }

  /** A run that only tells that questions were withdrawn: it is cancelled as it begins. */
  withdrawn(started: RunStartedEvent, { request, writes, asked }: Withdrawal): Compose {
    return this.#stillborn(started, request, undefined, [
      ...asked.flatMap((record) => this.projection.cancelled(record)),
      ...writes,
    ]);
  }

  /** A run that only tells what was said or answered: another has the thread in its stead, and it is cancelled as it begins. */
  superseded(started: RunStartedEvent, { key, request }: Queued): Compose {
    return this.#stillborn(started, request, key, []);
  }

  /** A start that waited and never runs: somebody cancelled it, or it failed with a code. */
  unqueued(queueKey: string, request: StartRequest, writes: readonly ControlWrite[], code?: ErrorCode): Compose {
    return (first) => {
      const { runId } = request;
      const event: AguiEvent = {
        type: EventType.CUSTOM,
        name: "run.withdrawn",
        value: { runId, ...(code !== undefined && { code }) },
        timestamp: this.#now(),
      };
      const { id, line } = this.#thread;
      // Its line in lists, if it has one, says nothing of it.
      const listed = line.now === undefined ? line.change({ id, lastSeq: first, now: this.#now() }) : undefined;
      return {
        records: [encodeEvent(event)],
        controls: [...this.projection.unqueued(queueKey, request, code), ...writes, ...(listed?.writes ?? [])],
        ...(listed && { stored: listed.stored }),
      };
    };
  }

  /** The batch of an agent's event that concerns the companion; undefined for all others. */
  event(event: AguiEvent): Compose | undefined {
    if (!this.#companion.takes(event)) return undefined;
    return (_first, before) => {
      const { events, controls } = this.#join({ type: "event", event }, before);
      return { records: events.map(encodeEvent), controls };
    };
  }

  #stillborn(
    started: RunStartedEvent,
    request: StartRequest,
    queueKey: string | undefined,
    writes: readonly ControlWrite[],
  ): Compose {
    return (first, before) => {
      const ending: Ending = { type: "cancelled" };
      const joined = this.#join({ type: "ended", ending }, before);
      const ids = { threadId: this.#thread.id, runId: request.runId };
      const events = [started, ...joined.events, terminalEvent(ending, ids, this.#now())];
      const born = this.projection.stillborn(request, first, first + events.length - 1, queueKey);
      return this.#listed(first, events, [...born, ...joined.controls, ...writes], "cancelled");
    };
  }

  /** What the companion adds to a step, for which it is shown the thread as the step finds it. */
  #join(step: RunStep, before: readonly Uint8Array[] = []): Joined {
    if (this.#companion === ALONE) return NOTHING;
    const { view } = this.#thread;
    const ahead = before.map((record, index) => decodeEvent(view.lastSeq + 1 + index, record));
    return this.#companion.join(step, reduceAll(view, ahead));
  }

  #listed(
    first: number,
    events: readonly AguiEvent[],
    controls: readonly ControlWrite[],
    status: RunStatus,
    request?: StartRequest,
  ): Composed {
    const line = this.#thread.line.change({
      id: this.#thread.id,
      status: status === "queued" || status === "completed" || status === "cancelled" ? "idle" : status,
      lastSeq: first + events.length - 1,
      now: this.#now(),
      ...(request === undefined ? {} : { agent: request.agent }),
      ...(request?.text === undefined ? {} : { text: request.text }),
    });
    return { records: events.map(encodeEvent), controls: [...controls, ...line.writes], stored: line.stored };
  }
}
