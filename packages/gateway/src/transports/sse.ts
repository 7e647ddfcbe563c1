import { type Clock, type Cursor, type Dialect, ThroughlineError } from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { sseFraming } from "../delivery/framing.ts";
import { noTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import type { Thread } from "../threads/thread.ts";
import { type PlacedFrame, SseStream } from "./sse-stream.ts";

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

/** What a response is about, for figures and the audit. */
interface About {
  readonly dialect: string;
  /** null for a response about several threads. */
  readonly threadId: string | null;
  readonly clientId: string | null;
  readonly resumed: boolean;
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
    const resumed = cursor !== undefined && cursor.seq > 0;
    const stream = this.#open({ dialect: dialect.name, threadId: thread.id, clientId: null, resumed }, by);
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
    const { thread, dialect, resumed } = about;
    const stream = this.#open({ dialect, threadId: thread.id, clientId: null, resumed }, by, () => gone.abort());
    void stream.pour(frames(gone.signal), about.thread.epoch);
    return new Response(stream.body, { headers: HEADERS });
  }

  /**
   * A response that others write to, until they finish it or the client goes.
   * @param begin takes the stream; what it gives is called once the stream is closed
   * @throws overloaded
   */
  carry(begin: (stream: SseStream) => () => void, about: About, by: SseClient): Response {
    const stream = this.#open(about, by);
    stream.onceClosed(begin(stream));
    return new Response(stream.body, { headers: HEADERS });
  }

  #open(about: About, by: SseClient, closed?: () => void): SseStream {
    if (this.#streams.size >= this.#maxConnections) {
      throw new ThroughlineError("overloaded", "The server has as many streams open as it takes.");
    }
    const openedAt = this.#clock.monotonic();
    const { tenant, subject } = by.principal;
    const { dialect, threadId, clientId, resumed } = about;
    const noted = { dialect, tenant, subject, threadId, clientId };
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
