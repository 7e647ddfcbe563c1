import { createGateway, type Gateway, type GatewayOptions } from "@throughline/gateway";
import { createMemoryLog, memoryDisk, type MemoryDisk, type StreamLog } from "@throughline/log";
import { virtualClock, type VirtualClock } from "./clock.ts";
import { type MemoryFetch, memoryFetch } from "./memory-fetch.ts";
import { seededRandom } from "./random.ts";
import { MemoryWebSocket } from "./web-socket.ts";

export interface TestServerOptions extends Partial<Omit<GatewayOptions, "log" | "clock" | "random">> {
  /** Seeds everything that is random. Default 1. */
  readonly seed?: number;
  /** Default: one of its own, at which time stands still until the test moves it. */
  readonly clock?: VirtualClock;
  /** Default: an empty one. */
  readonly disk?: MemoryDisk;
}

/** A `WebSocket` class as browsers have it, for text. */
export type WebSocketClass = new (url: string | URL, protocols?: string | readonly string[]) => MemoryWebSocket;

/** How often a wait looks whether it is over, in virtual ms, and how much time it lets pass at most. */
const STEP_MS = 10;
const MOST_MS = 120_000;

/**
 * The real gateway in this process, with a network, a disk and a clock that are under the test's
 * control: `fetch` and `WebSocket` go where a client's own would, and nothing but the test moves time.
 */
export class TestServer implements AsyncDisposable {
  /** What clients connect to. There is no port: only this server's `fetch` and `WebSocket` reach it. */
  readonly url = "http://127.0.0.1";
  readonly clock: VirtualClock;
  readonly disk: MemoryDisk;
  readonly WebSocket: WebSocketClass;
  /** While true nothing new connects; see {@link drop} for what is connected. */
  offline = false;
  readonly #options: TestServerOptions;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #sockets = new Set<MemoryWebSocket>();
  readonly #http: MemoryFetch;
  #life: { readonly gateway: Gateway; readonly log: StreamLog } | undefined;

  /** Use {@link createTestServer}. */
  constructor(options: TestServerOptions) {
    this.#options = options;
    this.clock = options.clock ?? virtualClock();
    this.disk = options.disk ?? memoryDisk();
    this.#random = seededRandom(options.seed ?? 1);
    const reached = (): Gateway | undefined => (this.offline ? undefined : this.#life?.gateway);
    const network = { clock: this.clock, gateway: reached, sockets: this.#sockets };
    this.WebSocket = class extends MemoryWebSocket {
      constructor(url: string | URL, protocols?: string | readonly string[]) {
        super(network, url, protocols);
      }
    };
    this.#http = memoryFetch(reached);
  }

  get fetch(): typeof globalThis.fetch {
    return this.#http.fetch;
  }

  /** @throws Error while it is stopped */
  get gateway(): Gateway {
    if (this.#life === undefined) throw new Error("The server is stopped.");
    return this.#life.gateway;
  }

  /** Gives work the turns of the event loop it needs; time stands still. */
  async settled<T>(work: Promise<T>): Promise<T> {
    await this.clock.runUntilIdle();
    return work;
  }

  /** Gives work the time it needs. @throws Error when two minutes are not enough */
  async within<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const done = work.finally(() => {
      over = true;
    });
    // Told when it is awaited; until then nobody listens.
    done.catch(() => undefined);
    await this.clock.runUntilIdle();
    for (let passed = 0; !over; passed += STEP_MS) {
      if (passed >= MOST_MS) throw new Error("The work did not come to an end in two minutes.");
      await this.clock.advance(STEP_MS);
    }
    return done;
  }

  /** The network breaks: every socket, stream and request that is under way is lost. */
  drop(): void {
    for (const socket of this.#sockets) socket.cut();
    this.#http.drop();
  }

  /** The network goes silent for every open WebSocket: nothing passes any more, and nobody is told. */
  halfOpen(): void {
    for (const socket of this.#sockets) socket.halfOpen();
  }

  /** Stops the server as SIGTERM does, without grace; its disk stays. Safe to repeat. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    await this.within(life.gateway.close());
    this.#life = undefined;
    await this.within(life.log.close());
  }

  /** Starts the server anew on what its disk holds, as another process would. */
  async start(): Promise<void> {
    if (this.#life !== undefined) return;
    const { seed: _seed, disk: _disk, ...options } = this.#options;
    const world = { clock: this.clock, random: this.#random };
    const log = createMemoryLog({ ...world, disk: this.disk });
    const gateway = await this.within(createGateway({ agents: [], ...options, ...world, log }));
    this.#life = { gateway, log };
  }

  async close(): Promise<void> {
    await this.stop();
    this.drop();
    await this.clock.runUntilIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A gateway to test against: real, in memory, deterministic.
 * @param options what {@link GatewayOptions} has; usually `{ agents }`
 */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options);
  await server.start();
  return server;
}
