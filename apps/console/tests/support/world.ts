import { scripted } from "@throughline/agents";
import { createGateway, type Gateway } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { decodeView } from "@throughline/protocol";
import type { ThreadView } from "@throughline/protocol";
import { seededRandom, virtualClock, type VirtualClock } from "@throughline/testing";
import { createApi, type Api } from "../../src/live/api.ts";
import type { System } from "../../src/live/seams.ts";

const ORIGIN = "http://127.0.0.1";

/** A real gateway in memory, the console's side of the wire, and what can go wrong between them. */
export interface World extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly wire: Wire;
  readonly system: System;
  readonly api: Api;
  /** Starts a run as some other client would; resolves once the server has taken it. */
  run(threadId: string, runId: string, text: string): Promise<void>;
  /** The view as the server has it now. */
  serverView(threadId: string): Promise<ThreadView>;
  /** Another server with nothing stored, at the same address. */
  replaceServer(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const clock = virtualClock();
  const random = seededRandom(7);
  let seed = 1;
  const start = (): Promise<Gateway> => {
    const world = { clock: clock.process(), random: seededRandom(seed++) };
    return settled(clock, createGateway({ agents: [scripted], log: createMemoryLog(world), ...world }));
  };
  let gateway = await start();
  const wire = new Wire((request) => gateway.fetch(request));
  const stored = new Map<string, string>();
  const system: System = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, fn) => {
      const timer = clock.setTimeout(fn, ms);
      return () => timer.cancel();
    },
    random: () => random.next(),
    id: () => random.uuid(),
    fetch: (path, init) => wire.fetch(path, init),
    storage: {
      get: (key) => stored.get(key) ?? null,
      set: (key, value) => void (value === null ? stored.delete(key) : stored.set(key, value)),
    },
  };
  const direct = createApi({ fetch: (path, init) => Promise.resolve(gateway.fetch(requestOf(path, init))) });
  return {
    clock,
    wire,
    system,
    api: createApi(system),
    run: (threadId, runId, text) => settled(clock, direct.start(threadId, { runId, agent: "scripted", text })),
    serverView: async (threadId) => decodeView(await settled(clock, direct.view(threadId))).view,
    replaceServer: async () => {
      gateway = await start();
    },
    [Symbol.asyncDispose]: () => settled(clock, gateway.close()),
  };
}

/** Moves time on until the promise has settled. @throws Error when it does not within ten seconds */
async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let ms = 0; !isOver; ms++) {
    if (ms > 10_000) throw new Error("Nothing came of it.");
    await clock.advance(1);
  }
  return promise;
}

function requestOf(path: string, init: RequestInit = {}): Request {
  const { signal: _, ...rest } = init;
  return new Request(ORIGIN + path, {
    ...rest,
    headers: { host: "127.0.0.1", ...(init.headers as Record<string, string>) },
  });
}

/** The network between page and server: it can be down, go silent, or cut a response after some bytes. */
export class Wire {
  /** No request gets through. */
  isDown = false;
  /** Bodies of event streams stop giving bytes, without ending. */
  isSilent = false;
  /** Event streams break off after this many bytes each. */
  cutAfter = Number.POSITIVE_INFINITY;
  /** `METHOD /path` of every request made. */
  readonly requests: string[] = [];
  readonly #serve: (request: Request) => Response | Promise<Response>;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(serve: (request: Request) => Response | Promise<Response>) {
    this.#serve = serve;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    this.requests.push(`${init.method ?? "GET"} ${path}`);
    if (this.isDown) throw new TypeError("fetch failed");
    init.signal?.throwIfAborted();
    const response = await this.#serve(requestOf(path, init));
    init.signal?.throwIfAborted();
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    return isStream && response.body !== null
      ? new Response(this.#relay(response.body, init.signal), response)
      : response;
  }

  /** Breaks every open event stream off. */
  cut(): void {
    for (const stream of this.#streams) stream.error(new TypeError("network error"));
    this.#streams.clear();
  }

  #relay(body: ReadableStream<Uint8Array>, signal: AbortSignal | null | undefined): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.add(controller);
        const close = (error: unknown): void => {
          if (!this.#streams.delete(controller)) return;
          controller.error(error);
        };
        signal?.addEventListener("abort", () => {
          close(signal.reason);
          cancel(reader);
        });
        this.#pump(reader, controller, close).catch(close);
      },
    });
  }

  async #pump(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    controller: ReadableStreamDefaultController<Uint8Array>,
    close: (error: unknown) => void,
  ): Promise<void> {
    let left = this.cutAfter;
    for (;;) {
      const { done, value } = await reader.read();
      if (!this.#streams.has(controller)) return cancel(reader);
      if (done) return close(new TypeError("network error"));
      if (this.isSilent) continue;
      controller.enqueue(value.subarray(0, left));
      left -= value.byteLength;
      if (left > 0) continue;
      close(new TypeError("network error"));
      return cancel(reader);
    }
  }
}

/** A stream that has failed meanwhile rejects; there is nobody left who would care. */
function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}
