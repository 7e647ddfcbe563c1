import type { Clock, Timer } from "@throughline/protocol";

export interface LinkOptions {
  /** How long bytes are on their way, in ms. Default 0: they arrive in a later turn. */
  readonly latencyMs?: number;
  /** Sizes of the pieces in which bytes arrive, asked for each piece. Default: as they were written. */
  readonly chunkBytes?: () => number;
}

/** How often a throttled link takes bytes, in ms. */
const TICK_MS = 10;

/**
 * One direction of a network connection, with the ways in which networks fail. What the network has
 * not taken yet is the sender's `buffered`.
 */
export class Link {
  readonly #clock: Clock;
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #latencyMs: number;
  readonly #chunkBytes: (() => number) | undefined;
  readonly #queue: Uint8Array[] = [];
  #buffered = 0;
  #peak = 0;
  #bytesPerTick = Number.POSITIVE_INFINITY;
  #tick: Timer | undefined;
  #paused = false;
  #dead = false;
  /** Bytes that still pass before the link is cut, and what is called then. */
  #fuse: { left: number; readonly blown: () => void } | undefined;
  #drained: (() => void)[] = [];

  constructor(clock: Clock, options: LinkOptions, deliver: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#chunkBytes = options.chunkBytes;
    this.#deliver = deliver;
  }

  /** Bytes written that the network has not taken. */
  get buffered(): number {
    return this.#buffered;
  }

  /** The most that {@link buffered} ever was. */
  get peakBuffered(): number {
    return this.#peak;
  }

  write(bytes: Uint8Array): void {
    if (this.#dead || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#buffered += bytes.length;
    this.#pump();
    this.#peak = Math.max(this.#peak, this.#buffered);
  }

  /** Calls `listener` once, when the network has taken everything. */
  onceDrained(listener: () => void): void {
    this.#drained.push(listener);
    if (this.#buffered === 0) this.#clock.setImmediate(() => this.#tellDrained());
  }

  /** The receiver stops reading; nothing is taken until {@link resume}. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Lets this many bytes a second pass; Infinity for as many as there are. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerTick = (bytesPerSecond * TICK_MS) / 1_000;
    this.#pump();
  }

  /** Lets exactly `bytes` more arrive, then is cut and calls `blown`. */
  cutAfter(bytes: number, blown: () => void): void {
    this.#fuse = { left: bytes, blown };
  }

  /** Nothing arrives any more, not even what is on its way. The sender is not told. */
  cut(): void {
    this.#dead = true;
    this.#tick?.cancel();
    this.#queue.length = 0;
    this.#buffered = 0;
    this.#drained = [];
  }

  #pump(): void {
    if (this.#paused || this.#dead) return;
    if (this.#bytesPerTick === Number.POSITIVE_INFINITY) this.#take(this.#buffered);
    else if (this.#tick === undefined && this.#buffered > 0) this.#startTick();
  }

  #startTick(): void {
    this.#tick = this.#clock.setTimeout(() => {
      this.#tick = undefined;
      if (!this.#paused) this.#take(Math.max(1, Math.floor(Math.min(this.#bytesPerTick, this.#buffered))));
      this.#pump();
    }, TICK_MS);
  }

  #take(most: number): void {
    let left = most;
    while (left > 0) {
      const head = this.#queue[0];
      if (head === undefined) break;
      const part = head.length > left ? head.subarray(0, left) : head;
      if (part === head) this.#queue.shift();
      else this.#queue[0] = head.subarray(left);
      left -= part.length;
      this.#buffered -= part.length;
      this.#send(part);
    }
    if (this.#buffered === 0) this.#tellDrained();
  }

  #send(bytes: Uint8Array): void {
    const arrive = (): void => this.#arrive(bytes);
    if (this.#latencyMs === 0) this.#clock.setImmediate(arrive);
    else this.#clock.setTimeout(arrive, this.#latencyMs);
  }

  #arrive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#dead;) {
      const size = Math.max(1, this.#chunkBytes?.() ?? bytes.length);
      const most = Math.min(size, this.#fuse?.left ?? Number.POSITIVE_INFINITY);
      const piece = bytes.subarray(at, at + most);
      at += piece.length;
      if (piece.length > 0) this.#deliver(piece);
      if (this.#fuse !== undefined) this.#burn(this.#fuse, piece.length);
    }
  }

  #burn(fuse: { left: number; readonly blown: () => void }, bytes: number): void {
    fuse.left -= bytes;
    if (fuse.left > 0) return;
    this.#fuse = undefined;
    this.cut();
    fuse.blown();
  }

  #tellDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const listener of drained) listener();
  }
}
