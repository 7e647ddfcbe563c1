/** Holds whoever waits at it while it is shut. */
export class PauseGate {
  #opened: Promise<void> | undefined;
  #open: (() => void) | undefined;

  get shut(): boolean {
    return this.#opened !== undefined;
  }

  close(): void {
    if (this.shut) return;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open?.();
    this.#opened = undefined;
    this.#open = undefined;
  }

  /** Resolves when the gate is open. @throws the signal's reason once it fires */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.#opened !== undefined && !signal.aborted) {
      await untilAborted(this.#opened, signal);
    }
    signal.throwIfAborted();
  }
}

/** Resolves with `promise`, or as soon as the signal fires, leaving no listener behind. */
function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    void promise.then(done);
  });
}
