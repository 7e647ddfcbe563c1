import type { Clock, Dialect, JsonObject, Timer } from "@throughline/protocol";

/** What a dialect does about a client that says nothing for long: reminds it, and in the end lets it go. */
export class Silence {
  readonly #clock: Clock;
  readonly #dialect: Pick<Dialect, "idle" | "staleAfterMs">;
  readonly #tell: (frame: JsonObject) => void;
  readonly #stale: () => void;
  #reminder: Timer | undefined;
  #end: Timer | undefined;
  #closed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly dialect: Pick<Dialect, "idle" | "staleAfterMs">;
    /** Reminds the client, again and again. */
    readonly tell: (frame: JsonObject) => void;
    /** It has been silent for too long. */
    readonly stale: () => void;
  }) {
    this.#clock = options.clock;
    this.#dialect = options.dialect;
    this.#tell = options.tell;
    this.#stale = options.stale;
  }

  /** It has just been heard, or greeted: its silence begins now. */
  begin(): void {
    this.#cancel();
    if (this.#closed) return;
    const { idle, staleAfterMs } = this.#dialect;
    if (idle !== undefined) {
      const remind = (): void => {
        this.#tell(idle.frame);
        this.#reminder = this.#clock.setTimeout(remind, idle.afterMs);
      };
      this.#reminder = this.#clock.setTimeout(remind, idle.afterMs);
    }
    if (staleAfterMs !== undefined) this.#end = this.#clock.setTimeout(this.#stale, staleAfterMs);
  }

  /** Nobody listens any more. Safe to repeat. */
  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #cancel(): void {
    this.#reminder?.cancel();
    this.#end?.cancel();
  }
}
