import type { Transport, WebSocketClass, WebSocketLike } from "@throughline/client";
import type { Gateway } from "@throughline/gateway";
import { type MemoryFetch, memoryFetch, MemoryWebSocket, type SeededRandom } from "@throughline/testing";
// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
import "../../../packages/client/src/carriers/http-carriers.ts";
import type { Clock } from "@throughline/protocol";
import type { World } from "../world.ts";
import type { AppAct, AppPlan } from "./plan.ts";
import { type Tamper, tampered } from "./tamper.ts";

type Fault = Extract<AppAct, { readonly type: "network" }>["fault"];

/** What an app has between itself and whatever serves: WebSocket and `fetch`, and the ways in which both fail. */
export class AppNetwork {
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly WebSocket: WebSocketClass;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #sockets = new Set<MemoryWebSocket>();
  readonly #http: MemoryFetch;
  #doors: ReadonlySet<Transport>;
  #isOffline = false;
  #isDeaf = false;
  /** Holds back what comes by `fetch` while it is there. */
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  /** @param tamper makes what rewrites the frames of one WebSocket; undefined = nothing does */
  constructor(world: World, plan: AppPlan, random: SeededRandom, tamper: (() => Tamper) | undefined) {
    this.#clock = world.clock;
    this.#latencyMs = plan.latencyMs;
    this.#doors = new Set(plan.doors);
    const reached = (): Gateway | undefined => (this.#isOffline ? undefined : world.gateway);
    const { latencyMs, chunk } = plan;
    const link = { latencyMs, ...(chunk > 0 && { chunkBytes: () => random.int(1, chunk) }) };
    const network = { clock: world.clock, gateway: reached, sockets: this.#sockets, link };
    const hasDoor = (): boolean => this.#doors.has("websocket");
    this.WebSocket = function (url: string, protocols?: string | string[]): WebSocketLike {
      if (!hasDoor()) throw new Error("A proxy lets no upgrade through.");
      const socket = new MemoryWebSocket(network, url, protocols) as unknown as WebSocketLike;
      return tamper === undefined ? socket : tampered(socket, tamper());
    } as unknown as WebSocketClass;
    this.#http = memoryFetch(() => {
      const gateway = reached();
      return gateway && { fetch: (request) => this.#carried(gateway, request) };
    });
    this.fetch = (url, init) => this.#fetch(url, init);
  }

  open(doors: readonly Transport[]): void {
    this.#doors = new Set(doors);
  }

  fail(fault: Fault, amount: number): void {
    const wires = [...this.#sockets].flatMap(({ wire }) => wire ?? []);
    if (fault === "cut" || fault === "offline") this.drop();
    else this.#gate ??= gate();
    this.#isOffline ||= fault === "offline";
    this.#isDeaf ||= fault === "half-open";
    for (const wire of wires) {
      if (fault === "cut in a frame") wire.cutAfter(amount);
      else if (fault === "half-open") wire.halfOpen();
      else if (fault === "pause") wire.pauseReading();
      else if (fault === "throttle") wire.throttle(amount);
    }
  }

  /** Mends what {@link fail} broke, if it can be mended; a half-open connection is cut. */
  mend(): void {
    this.#isOffline = false;
    if (this.#isDeaf) this.drop();
    this.#isDeaf = false;
    this.#gate?.open();
    this.#gate = undefined;
    for (const { wire } of this.#sockets) {
      wire?.throttle(Number.POSITIVE_INFINITY);
      wire?.resumeReading();
    }
  }

  /** All that is under way is lost. */
  drop(): void {
    for (const socket of this.#sockets) socket.cut();
    this.#http.drop();
  }

  #fetch(url: string, init?: RequestInit): Promise<Response> {
    const isStream = new Headers(init?.headers).get("accept") === "text/event-stream";
    const isPoll = url.endsWith("/follow") && !isStream;
    // A proxy that knows no event streams, and one that cuts what takes long.
    if (isStream && !this.#doors.has("sse")) return Promise.resolve(new Response("<p>Please wait</p>"));
    if (isPoll && !this.#doors.has("long-poll")) return Promise.reject(new TypeError("fetch failed"));
    return this.#http.fetch(url, init);
  }

  async #carried(gateway: Gateway, request: Request): Promise<Response> {
    await this.#onTheWay();
    const response = await gateway.fetch(request);
    await this.#onTheWay();
    const { body, status, headers } = response;
    return new Response(body && this.#slowed(body), { status, headers });
  }

  #slowed(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          await this.#gate?.opened;
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async #onTheWay(): Promise<void> {
    if (this.#latencyMs > 0) await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, this.#latencyMs));
    await this.#gate?.opened;
  }
}

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
