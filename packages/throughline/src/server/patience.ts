import type { Clock } from "@throughline/protocol";

/** One deadline for several things that are waited for in turn, each of which might never be over. */
export class Patience {
  readonly #clock: Clock;
  readonly #endsAt: number;

  /** @param ms how long from now */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + ms;
  }

  /**
   * Waits for the work, but not beyond the deadline; then it is left to itself.
   * @returns whether it is over
   * @throws what the work throws in time
   */
  async with(work: Promise<unknown>): Promise<boolean> {
    const left = Math.max(0, this.#endsAt - this.#clock.monotonic());
    return new Promise((resolve, reject) => {
      const late = this.#clock.setTimeout(() => resolve(false), left);
      const over = (): void => late.cancel();
      work.then(
        () => (over(), resolve(true)),
        (error: unknown) => (over(), reject(error as Error)),
      );
    });
  }
}
