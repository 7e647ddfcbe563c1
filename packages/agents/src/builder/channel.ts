import { ThroughlineError, type AguiEvent } from "@throughline/protocol";
import { owned } from "./owned.ts";

/** Events that wait for their reader before a push has to wait as well. Few, so that a paused or slow run soon stops its agent. */
const CAPACITY = 16;

/** What an agent that never awaits its pushes may pile up before its run fails. */
const CEILING = 10_000;

interface Waiting<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/**
 * From the script that pushes events to the gateway that pulls them: ordered and bounded. An event
 * is in its place as soon as `push` is called; the promise it returns resolves once there is room,
 * which is how a slow reader slows the agent down.
 */
export class EventChannel implements AsyncIterableIterator<AguiEvent> {
  readonly #queue: AguiEvent[] = [];
  readonly #readers: Waiting<IteratorResult<AguiEvent>>[] = [];
  readonly #writers: Waiting<void>[] = [];
  readonly #onReturn: () => void;
  #state: "open" | "ended" | "failed" | "aborted" = "open";
  #error: unknown;

  /** @param onReturn called when the reader leaves before the end */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  push(event: AguiEvent): Promise<void> {
    if (this.#state !== "open") return owned(Promise.reject(this.#refusal()));
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return READY;
    }
    if (this.#queue.length >= CEILING) return owned(Promise.reject(neverAwaited()));
    this.#queue.push(event);
    if (this.#queue.length <= CAPACITY) return READY;
    return owned(new Promise((resolve, reject) => this.#writers.push({ resolve, reject })));
  }

  /** Nothing more comes; what is queued is still read. */
  end(): void {
    if (this.#state === "open") this.#finish("ended", undefined);
  }

  /** As `end`, but the reader gets the error after what is queued. */
  fail(error: unknown): void {
    if (this.#state === "open") this.#finish("failed", error);
  }

  /** Drops what is queued: the reader and every waiting push get the reason now. */
  abort(reason: unknown): void {
    if (this.#state === "aborted") return;
    this.#queue.length = 0;
    this.#finish("aborted", reason);
  }

  next(): Promise<IteratorResult<AguiEvent>> {
    const event = this.#queue.shift();
    if (event !== undefined) {
      this.#writers.shift()?.resolve();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#state === "open") return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    return this.#conclude();
  }

  return(): Promise<IteratorResult<AguiEvent>> {
    this.#onReturn();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(state: "ended" | "failed" | "aborted", error: unknown): void {
    this.#state = state;
    this.#error = error;
    for (const writer of this.#writers.splice(0)) writer.reject(this.#refusal());
    for (const reader of this.#readers.splice(0)) this.#conclude().then(reader.resolve, reader.reject);
  }

  #conclude(): Promise<IteratorResult<AguiEvent>> {
    return this.#state === "ended" ? Promise.resolve(DONE) : Promise.reject(this.#error);
  }

  #refusal(): unknown {
    if (this.#state !== "ended") return this.#error;
    return new ThroughlineError("agent_error", "The run has ended; its agent can say nothing more.");
  }
}

const READY: Promise<void> = Promise.resolve();
const DONE = { done: true, value: undefined } as const;

function neverAwaited(): ThroughlineError {
  return new ThroughlineError("agent_error", `${CEILING} events wait to be read: await what the run's methods return.`);
}
