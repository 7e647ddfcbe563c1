interface Range {
  /** The seq before the first. */
  readonly after: number;
  readonly upTo: number;
}

/** How many ranges are remembered of one request: a client jumps about a few times at most. */
const MAX_RANGES = 16;

/** Which events of a thread a connection has been given already, so that none comes twice. */
export class Had {
  #ranges: readonly Range[] = [];

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  has(seq: number): boolean {
    return this.#ranges.some(({ after, upTo }) => seq > after && seq <= upTo);
  }

  /** The seq up to which all behind `seq` has been given. */
  through(seq: number): number {
    const range = this.#ranges.find(({ after, upTo }) => after <= seq && seq < upTo);
    return range === undefined ? seq : this.through(range.upTo);
  }

  /** The events behind `after` up to `upTo` have been given. */
  add(after: number, upTo: number): void {
    if (upTo <= after) return;
    const touching = this.#ranges.filter((one) => one.after <= upTo && after <= one.upTo);
    const whole = {
      after: Math.min(after, ...touching.map((one) => one.after)),
      upTo: Math.max(upTo, ...touching.map((one) => one.upTo)),
    };
    this.#ranges = [...this.#ranges.filter((one) => !touching.includes(one)), whole].slice(-MAX_RANGES);
  }

  /** What was given belongs to another life of the thread. */
  clear(): void {
    this.#ranges = [];
  }
}
