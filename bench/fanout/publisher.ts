/** A message server under test. */
export interface TestServer {
  readonly port: number;
  /** Starts to send. */
  publish(): Promise<void>;
  /** Stops sending; resolves once all that was sent has left the server. */
  silence(): Promise<void>;
  /** Removes what it has on the disk. */
  close?(): Promise<void>;
}

const POLL_MS = 5;
/** What may wait for one socket before a saturating publisher holds back. */
export const BUFFER_BYTES = 1024 * 1024;

/**
 * Calls `round` over and over: `rate` times a second, or once in every turn of the event loop as
 * long as `backlog` says that the sockets keep up.
 */
export class Publisher {
  readonly #round: () => void;
  readonly #backlog: () => number;
  readonly #rate: number;
  #on = false;

  constructor(options: { readonly round: () => void; readonly backlog: () => number; readonly rate: number }) {
    this.#round = options.round;
    this.#backlog = options.backlog;
    this.#rate = options.rate;
  }

  async start(): Promise<void> {
    this.#on = true;
    if (this.#rate === 0) this.#flood();
    else void everyPeriod(this.#rate, () => this.#on, this.#round);
  }

  async stop(): Promise<void> {
    this.#on = false;
    while (this.#backlog() > 0) await pause(POLL_MS);
  }

  #flood(): void {
    if (!this.#on) return;
    if (this.#backlog() > BUFFER_BYTES) {
      setTimeout(() => this.#flood(), 1);
      return;
    }
    this.#round();
    setImmediate(() => this.#flood());
  }
}

/** Calls `work` `rate` times a second while `on`, catching up after a delay. */
export async function everyPeriod(rate: number, on: () => boolean, work: () => void): Promise<void> {
  const start = performance.now();
  for (let n = 1; on(); n++) {
    const ms = start + (n * 1_000) / rate - performance.now();
    if (ms > 0) await pause(ms);
    work();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
