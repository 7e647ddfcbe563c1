import type { Clock, Timer } from "@throughline/protocol";

/** Below the server's 50 frames a second with bursts of 200 (PROTOCOL.md N28), with room for pings. */
const PER_SECOND = 40;
const BURST = 150;

/**
 * Sends at once while there is room, and what is too much in its order as soon as there is again. How
 * much can wait is bounded by who sends: so many subscriptions and commands there are.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #send: (text: string) => void;
  #waiting: string[] = [];
  #room = BURST;
  #filledAt: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, send: (text: string) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#filledAt = clock.monotonic();
  }

  send(text: string): void {
    this.#waiting.push(text);
    if (this.#timer === undefined) this.#flush();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#waiting = [];
  }

  #flush(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    this.#room = Math.min(BURST, this.#room + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    const ready = this.#waiting.splice(0, Math.floor(this.#room));
    this.#room -= ready.length;
    for (const text of ready) this.#send(text);
    if (this.#waiting.length > 0) this.#timer = this.#clock.setTimeout(() => this.#flush(), 1000);
  }
}
