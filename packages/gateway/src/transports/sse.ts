import {
  type Clock,
  type Cursor,
  type Dialect,
  type JsonObject,
  ThroughlineError,
  type Timer,
} from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { sseFraming } from "../delivery/framing.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";
import { noTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import type { Thread } from "../threads/thread.ts";

const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for this long is let go; it can resume (D2). */
const STALL_MS = 30_000;
const HIGH_WATER_BYTES = 64 * 1024;
const encoder = new TextEncoder();
const OPENING = encoder.encode(": connected\nretry: 1000\n\n");
const KEEP_ALIVE = encoder.encode(": ping\n\n");

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Who a response goes to. */
export interface SseClient {
  readonly principal: Principal;
  /** Drops the connection, where the host can; else the response's body fails. */
  readonly breakOff: (() => void) | undefined;
}

/** A frame and the event it stands for. */
export interface PlacedFrame {
  readonly seq: number;
  readonly frame: JsonObject;
}

/** The server-sent events transport: open streams, keep-alives, their end. */
export class SseTransport {
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #maxConnections: number;
  readonly #audit: Audit;
  readonly #telemetry: Telemetry;
  readonly #streams = new Set<SseStream>();

  /** @param options `maxConnections`: streams open at once */
  constructor(options: {
    readonly delivery: Delivery;
    readonly clock: Clock;
    readonly maxConnections: number;
    readonly audit: Audit;
    readonly telemetry?: Telemetry;
  }) {
    this.#delivery = options.delivery;
    this.#clock = options.clock;
    this.#maxConnections = options.maxConnections;
    this.#audit = options.audit;
    this.#telemetry = options.telemetry ?? noTelemetry;
  }

  /** How many streams are open. */
  get connections(): number {
    return this.#streams.size;
  }

  /**
   * Follows the thread in this dialect from the cursor on, until the client goes.
   * @throws overloaded, corrupt, unavailable
   */
  async respond(
    follow: { readonly thread: Thread; readonly dialect: Dialect; readonly cursor: Cursor | undefined },
    by: SseClient,
  ): Promise<Response> {
    const { thread, dialect, cursor } = follow;
    const stream = this.#open(thread, dialect.name, cursor !== undefined && cursor.seq > 0, by);
    try {
      stream.attach(await this.#delivery.follow({ thread, dialect, framing: sseFraming, sink: stream, cursor }));
    } catch (error) {
      stream.close();
      throw error;
    }
    return new Response(stream.body, { headers: HEADERS });
  }

  /**
   * Sends frames as they come and ends the response with them: for what has an end of its own, such as
   * one run. The client's leaving only detaches it.
   * @param frames begins them; its signal fires when the client has gone
   * @throws overloaded
   */
  send(
    frames: (signal: AbortSignal) => AsyncIterable<PlacedFrame>,
    about: { readonly thread: Thread; readonly dialect: string; readonly resumed: boolean },
    by: SseClient,
  ): Response {
    const gone = new AbortController();
    const stream = this.#open(about.thread, about.dialect, about.resumed, by, () => gone.abort());
    void stream.pour(frames(gone.signal), about.thread.epoch);
    return new Response(stream.body, { headers: HEADERS });
  }

  #open(thread: Thread, dialect: string, resumed: boolean, by: SseClient, closed?: () => void): SseStream {
    if (this.#streams.size >= this.#maxConnections) {
      throw new ThroughlineError("overloaded", "The server has as many streams open as it takes.");
    }
    const openedAt = this.#clock.monotonic();
    const { tenant, subject } = by.principal;
    const noted = { dialect, tenant, subject, threadId: thread.id, clientId: null };
    const stream = new SseStream(this.#clock, by.breakOff, () => {
      this.#streams.delete(stream);
      const seconds = (this.#clock.monotonic() - openedAt) / 1_000;
      this.#telemetry.connectionClosed(dialect, "sse", seconds);
      const details = { transport: "sse", seconds: Math.round(seconds) };
      this.#audit.note({ ...noted, action: "connection.closed", details });
      closed?.();
    });
    this.#streams.add(stream);
    this.#telemetry.connectionOpened(dialect, "sse", resumed);
    this.#audit.note({ ...noted, action: "connection.opened", details: { transport: "sse", resumed } });
    return stream;
  }

  /** Breaks every stream off; their clients come back and resume. */
  close(): void {
    for (const stream of this.#streams) stream.end("draining");
  }
}

/** One open response. */
class SseStream implements Sink {
  readonly body: ReadableStream<Uint8Array>;
  readonly #clock: Clock;
  readonly #breakOff: (() => void) | undefined;
  readonly #closed: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #subscription: Subscription | undefined;
  #keepAlive: Timer | undefined;
  #drained: (() => void) | undefined;
  #open = true;

  constructor(clock: Clock, breakOff: (() => void) | undefined, closed: () => void) {
    this.#clock = clock;
    this.#breakOff = breakOff;
    this.#closed = closed;
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

  write(bytes: Uint8Array): void {
    if (this.#open) this.#controller.enqueue(bytes);
  }

  onceDrained(listener: () => void): void {
    this.#drained = listener;
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
    this.#closed();
  }

  /** Writes frames no faster than they are taken; the last of them ends the response. Never rejects. */
  async pour(frames: AsyncIterable<PlacedFrame>, epoch: string): Promise<void> {
    try {
      for await (const { seq, frame } of frames) {
        this.write(sseFraming.event(frame, { epoch, seq }));
        if (this.#open && this.buffered > HIGH_WATER_BYTES) await this.#taken();
        if (!this.#open) return;
      }
      this.#finish();
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

  #finish(): void {
    if (!this.#open) return;
    this.close();
    this.#controller.close();
  }

  #handlePull(): void {
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }

  #watch(): void {
    this.#keepAlive = this.#clock.setTimeout(() => {
      this.write(KEEP_ALIVE);
      this.#watch();
    }, KEEP_ALIVE_MS);
  }
}
