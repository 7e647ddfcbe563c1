import { ThrottledStore } from "@throughline/client";
import type { Clock, ThreadEvent } from "@throughline/protocol";
import { failureOf } from "../server/failure.ts";
import type { Failure } from "../server/failure.ts";

/** Where a thread's events come from. */
export interface HistorySource {
  /** A page of stored events behind `after`, in order; empty at the end. */
  read(after: number, signal: AbortSignal): Promise<readonly ThreadEvent[]>;
  /** Calls with each event as it comes in; the returned function ends that. */
  listen(listener: (event: ThreadEvent) => void): () => void;
}

export interface HistoryState {
  readonly status:
    /** Not asked for. */
    | "idle"
    | "loading"
    /** Everything up to the newest event known of is here. */
    | "ready"
    | "failed"
    /** The beginning is no longer kept, so that nothing before it can be folded. */
    | "trimmed";
  /** From the first on, without a gap: `events[n]` has the seq n + 1. It grows in place. */
  readonly events: readonly ThreadEvent[];
  /** How many there were when this was published. */
  readonly length: number;
  readonly failure: Failure | null;
}

const PUBLISH_MS = 100;

/**
 * All events of a thread in one life of it (an epoch), for looking back: fetched once asked for, then
 * kept up with what comes in live.
 */
export class EventHistory {
  readonly state: ThrottledStore<HistoryState>;
  readonly #source: HistorySource;
  readonly #events: ThreadEvent[] = [];
  readonly #end = new AbortController();
  #forget = (): void => {};
  /** The newest seq known of. */
  #head = 0;
  #loading: Promise<void> | undefined;

  constructor(source: HistorySource, clock: Clock) {
    this.#source = source;
    this.state = new ThrottledStore<HistoryState>(
      { status: "idle", events: this.#events, length: 0, failure: null },
      PUBLISH_MS,
      clock,
    );
  }

  /** Fetches what is missing up to `head`, and from then on follows. Resolves when it is there, or is not to be had. */
  async load(head: number): Promise<void> {
    this.#head = Math.max(this.#head, head);
    const { status } = this.state.peek();
    if (status === "ready" && head <= this.#events.length) return;
    if (status === "idle") this.#forget = this.#source.listen((event) => this.#hear(event));
    return (this.#loading ??= this.#fetch().finally(() => {
      this.#loading = undefined;
    }));
  }

  close(): void {
    this.#forget();
    this.#end.abort();
  }

  #hear(event: ThreadEvent): void {
    this.#head = Math.max(this.#head, event.seq);
    if (this.#add(event)) this.#publish(this.state.peek().status);
    else if (event.seq > this.#events.length && this.state.peek().status === "ready") void this.load(event.seq);
  }

  async #fetch(): Promise<void> {
    if (this.#events.length < this.#head) this.#publish("loading");
    try {
      while (this.#events.length < this.#head) {
        const page = await this.#source.read(this.#events.length, this.#end.signal);
        if (this.#end.signal.aborted) return;
        if ((page[0]?.seq ?? 0) > this.#events.length + 1) return this.#publish("trimmed");
        const added = page.filter((event) => this.#add(event)).length;
        // The head was told by somebody who saw more than is stored any longer: what is here is all.
        if (added === 0) break;
        this.#publish("loading");
      }
      this.#publish("ready");
    } catch (error) {
      if (!this.#end.signal.aborted) this.#publish("failed", failureOf(error));
    }
  }

  /** @returns whether it was the next one */
  #add(event: ThreadEvent): boolean {
    if (event.seq !== this.#events.length + 1) return false;
    this.#events.push(event);
    return true;
  }

  #publish(status: HistoryState["status"], failure: Failure | null = null): void {
    this.state.set({ status, events: this.#events, length: this.#events.length, failure });
  }
}
