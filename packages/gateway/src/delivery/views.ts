import type { Clock } from "@throughline/protocol";
import { Lock } from "../threads/lock.ts";
import type { Sink } from "./sink.ts";

/** Above this a client gets no further view until it has taken what it was given (N27). */
const MAX_BUFFERED = 1024 * 1024;
/** A client that takes nothing for this long is sent away. */
const STALL_MS = 30_000;

/**
 * Gives one connection its views one after another, each once the client has taken what came before: a
 * view may be large, and several at once would not wait for one another to be taken.
 */
export class Views {
  readonly #sink: Pick<Sink, "buffered" | "onceDrained" | "end">;
  readonly #clock: Clock;
  readonly #turns = new Lock();
  readonly #gone = new AbortController();

  constructor(sink: Pick<Sink, "buffered" | "onceDrained" | "end">, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /**
   * Calls `give` once the client can be given a view.
   * @returns what that returned; undefined for a client that has gone or was sent away before
   */
  give<T>(give: () => Promise<T> | T): Promise<T | undefined> {
    return this.#turns.run(async () => {
      await this.#room();
      return this.#gone.signal.aborted ? undefined : give();
    });
  }

  /** The client has gone: nothing is given any more. */
  close(): void {
    this.#gone.abort();
  }

  async #room(): Promise<void> {
    const gone = this.#gone.signal;
    while (!gone.aborted && this.#sink.buffered > MAX_BUFFERED) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stall.cancel();
          gone.removeEventListener("abort", done);
          resolve();
        };
        const stall = this.#clock.setTimeout(() => {
          this.close();
          this.#sink.end("slow");
        }, STALL_MS);
        gone.addEventListener("abort", done);
        this.#sink.onceDrained(done);
      });
    }
  }
}
