import type { Clock } from "@throughline/protocol";
import type { EndReason, Sink } from "../delivery/sink.ts";
import { Unread } from "../delivery/unread.ts";
import type { Carrier } from "./carrier.ts";
import { nativeLines } from "./framing.ts";

/** After the first news, how long the answer waits for more. */
const GATHER_MS = 10;
/** An answer of this size is sent at once. */
const ENOUGH_BYTES = 256 * 1024;
const decoder = new TextDecoder();

/** The frames of one long-poll answer, while they gather (N4). */
export class Poll implements Sink {
  readonly carrier: Carrier;
  readonly #clock: Clock;
  readonly #lines: string[] = [];
  #bytes = 0;
  #news = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.carrier = {
      sink: this,
      framing: nativeLines,
      unread: new Unread(),
      news: () => this.#handleNews(),
      atOnce: true,
    };
  }

  get buffered(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    // Several frames may come at once, each with its line end.
    this.#lines.push(...decoder.decode(bytes).trimEnd().split("\n"));
    this.#bytes += bytes.length;
    if (this.#bytes >= ENOUGH_BYTES) this.finish();
  }

  /** The answer is the drain: what does not fit is left for the next one. */
  onceDrained(): void {}

  ping(): void {}

  end(_reason: EndReason): void {
    this.finish();
  }

  /** The answer is to be sent now. */
  finish(): void {
    this.#over = true;
    this.#wake?.();
  }

  /** Resolves when the answer is to be sent: soon after the first news, after `ms` at most, or when the signal fires. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const gone = (): void => this.finish();
    signal.addEventListener("abort", gone);
    if (signal.aborted) this.finish();
    if (!this.#news) await this.#pause(ms);
    if (this.#news) await this.#pause(GATHER_MS);
    signal.removeEventListener("abort", gone);
    this.#over = true;
  }

  /** The answer's body. */
  get body(): string {
    return `{"frames":[${this.#lines.join(",")}]}`;
  }

  #handleNews(): void {
    if (this.#news) return;
    this.#news = true;
    this.#wake?.();
  }

  #pause(ms: number): Promise<void> {
    if (this.#over || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        this.#wake = undefined;
        timer.cancel();
        resolve();
      };
    });
  }
}
