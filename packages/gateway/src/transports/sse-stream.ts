import type { Clock, JsonObject, Timer } from "@throughline/protocol";
import { sseFraming } from "../delivery/framing.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";

const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for this long is let go; it can resume (D2). */
const STALL_MS = 30_000;
const HIGH_WATER_BYTES = 64 * 1024;
const encoder = new TextEncoder();
const OPENING = encoder.encode(": connected\nretry: 1000\n\n");
const KEEP_ALIVE = encoder.encode(": ping\n\n");

/** A frame and the event it stands for. */
export interface PlacedFrame {
  readonly seq: number;
  readonly frame: JsonObject;
}

/** One open response. */
export class SseStream implements Sink {
  readonly body: ReadableStream<Uint8Array>;
  readonly #clock: Clock;
  readonly #breakOff: (() => void) | undefined;
  readonly #closed: (() => void)[];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #subscription: Subscription | undefined;
  #keepAlive: Timer | undefined;
  /** Those who wait until the client has taken what there is, in order. */
  #waiting: (() => void)[] = [];
  #open = true;

  constructor(clock: Clock, breakOff: (() => void) | undefined, closed: () => void) {
    this.#clock = clock;
    this.#breakOff = breakOff;
    this.#closed = [closed];
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_BYTES });
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#handlePull(),
        cancel: () => this.close(),
      },
      strategy,
    );
    this.write(OPENING);
    this.#watch();
  }

  get buffered(): number {
    return HIGH_WATER_BYTES - (this.#controller.desiredSize ?? HIGH_WATER_BYTES);
  }

  attach(subscription: Subscription): void {
    this.#subscription = subscription;
    if (!this.#open) subscription.close();
  }

  /** Calls the listener once it is closed, or at once. */
  onceClosed(listener: () => void): void {
    if (this.#open) this.#closed.push(listener);
    else listener();
  }

  write(bytes: Uint8Array): void {
    if (this.#open) this.#controller.enqueue(bytes);
  }

  onceDrained(listener: () => void): void {
    this.#waiting.push(listener);
  }

  /** A response has no way back. */
  ping(): void {}

  /**
   * Breaks the response off. A clean end would tell an AG-UI client that the run is over, so the
   * connection is dropped instead.
   */
  end(reason: EndReason): void {
    if (!this.#open) return;
    this.close();
    if (this.#breakOff === undefined) this.#controller.error(new Error(reason));
    else this.#breakOff();
  }

  /** The client has gone, or never came. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#keepAlive?.cancel();
    this.#subscription?.close();
    for (const closed of this.#closed) closed();
  }

  /** Writes frames no faster than they are taken; the last of them ends the response. Never rejects. */
  async pour(frames: AsyncIterable<PlacedFrame>, epoch: string): Promise<void> {
    try {
      for await (const { seq, frame } of frames) {
        this.write(sseFraming.event(frame, { epoch, seq }));
        if (this.#open && this.buffered > HIGH_WATER_BYTES) await this.#taken();
        if (!this.#open) return;
      }
      this.finish();
    } catch {
      this.end("failed");
    }
  }

  /** Resolves when the client has taken what there is; one that takes nothing for long is let go. */
  #taken(): Promise<void> {
    return new Promise((resolve) => {
      const stall = this.#clock.setTimeout(() => {
        this.end("slow");
        resolve();
      }, STALL_MS);
      this.onceDrained(() => {
        stall.cancel();
        resolve();
      });
    });
  }

  /** Ends the response well, once what was written is taken. */
  finish(): void {
    if (!this.#open) return;
    this.close();
    this.#controller.close();
  }

  #handlePull(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  #watch(): void {
    this.#keepAlive = this.#clock.setTimeout(() => {
      this.write(KEEP_ALIVE);
      this.#watch();
    }, KEEP_ALIVE_MS);
  }
}
