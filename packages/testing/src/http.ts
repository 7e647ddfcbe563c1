import type { JsonObject } from "@throughline/protocol";
import type { Gateway } from "@throughline/gateway";
import { type SseEvent, SseParser } from "./sse.ts";

/** An answer with a JSON body. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface EventStreamOptions {
  /** The position to resume from, as an event's id gave it. */
  readonly lastEventId?: string | undefined;
  readonly onEvent: (event: SseEvent) => void;
  /** The stream has ended without {@link EventStream.close}; an SSE response of a thread never ends well. */
  readonly onEnd?: (error: unknown) => void;
  /** Awaited before each read, to be a slow reader. */
  readonly beforeRead?: () => Promise<void> | undefined;
}

/** An HTTP client of a gateway in the same process: no port, no network. */
export class MemoryHttp {
  readonly #gateway: Pick<Gateway, "fetch">;
  readonly #origin: string;

  /** @param origin decides the Host header; a loopback one by default */
  constructor(gateway: Pick<Gateway, "fetch">, origin = "http://127.0.0.1") {
    this.#gateway = gateway;
    this.#origin = origin;
  }

  /** @param options `body` is sent as JSON; text as it is, so that it may be malformed */
  async request(
    method: string,
    path: string,
    options: {
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<Response> {
    const { body, headers = {}, signal } = options;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const request = new Request(new URL(path, this.#origin), {
      method,
      headers: {
        host: new URL(this.#origin).host,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: text }),
      ...(signal === undefined ? {} : { signal }),
    });
    return this.#gateway.fetch(request);
  }

  get(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<JsonAnswer> {
    return answerOf(this.request("GET", path, options));
  }

  post(path: string, body: unknown = {}): Promise<JsonAnswer> {
    return answerOf(this.request("POST", path, { body }));
  }

  /** Follows an address that answers with server-sent events. @throws Error when it answers otherwise */
  async events(path: string, options: EventStreamOptions): Promise<EventStream> {
    const { lastEventId } = options;
    const resumed = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const response = await this.request("GET", path, { headers: { accept: "text/event-stream", ...resumed } });
    if (response.status !== 200 || response.body === null) {
      throw new Error(`The server answered ${response.status}: ${await response.text()}`);
    }
    return new EventStream(response.body, options);
  }
}

/** One open response of server-sent events. */
export class EventStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #closed = false;

  constructor(body: ReadableStream<Uint8Array>, options: EventStreamOptions) {
    this.#reader = body.getReader();
    void this.#read(options);
  }

  /** Drops the connection. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A stream that has failed meanwhile rejects; there is nobody left who would care.
    this.#reader.cancel().catch(() => undefined);
  }

  async #read({ onEvent, onEnd, beforeRead }: EventStreamOptions): Promise<void> {
    const parser = new SseParser((event) => {
      if (!this.#closed) onEvent(event);
    });
    let failure: unknown;
    try {
      for (;;) {
        await beforeRead?.();
        const { done, value } = await this.#reader.read();
        if (done) break;
        parser.push(value);
      }
    } catch (error) {
      failure = error;
    }
    if (this.#closed) return;
    this.#closed = true;
    onEnd?.(failure);
  }
}

async function answerOf(response: Promise<Response>): Promise<JsonAnswer> {
  const given = await response;
  return { status: given.status, body: (await given.json()) as JsonObject };
}
