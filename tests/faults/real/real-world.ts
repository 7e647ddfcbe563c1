import { systemClock } from "@throughline/gateway";
import { openSqliteLog } from "@throughline/log";
import { MemoryHttp, seededRandom, type SeededRandom } from "@throughline/testing";
import type { Connection, ConnectionEvents } from "../followers/connection.ts";
import { openPoll } from "../followers/poll.ts";
import { openSse } from "../followers/sse.ts";
import type { Opening, Surroundings } from "../followers/surroundings.ts";
import { History } from "../history.ts";
import { type Contents, readBack } from "../read-back.ts";
import { Server, type ServerOptions } from "../../support/server-process.ts";
import { openRealNative, openRealWebSocket } from "./websocket.ts";

/** Real processes on a real disk, one after another on the same data. */
export class RealWorld implements Surroundings {
  readonly clock = systemClock;
  readonly random: SeededRandom;
  readonly history: History;
  readonly misdeeds: string[] = [];
  readonly #options: ServerOptions;
  readonly #onDown = new Set<() => void>();
  #server: Server | undefined;
  #count = 0;

  constructor(seed: number, options: ServerOptions) {
    this.#options = options;
    this.random = seededRandom(seed);
    const began = this.clock.monotonic();
    const at = (): { t: number; proc: number } => ({
      t: Math.round(this.clock.monotonic() - began),
      proc: this.#server === undefined ? 0 : this.#count,
    });
    this.history = new History(seed, at);
  }

  /** Where it listens, whenever it does. */
  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  get http(): MemoryHttp | undefined {
    return this.#server === undefined
      ? undefined
      : new MemoryHttp({ fetch: (request) => fetch(request) }, this.#server.url);
  }

  /** @throws Error when it does not start */
  async start(): Promise<void> {
    const server = await Server.start(this.#options);
    this.#count += 1;
    this.#server = server;
    void server.gone.then(() => this.#goDown(server));
  }

  /** kill -9. Resolves when the process is gone and everybody knows. */
  async kill(): Promise<void> {
    this.fault("crash");
    await this.#server?.kill();
  }

  /** Stops for good, in order. */
  async stop(): Promise<void> {
    const code = await this.#server?.stop();
    if (code !== undefined && code !== 0) this.misdeeds.push(`D6: asked to stop, the server ended with ${code}`);
  }

  fault(kind: string): void {
    this.history.add({ conn: "world", op: "fault", phase: "info", code: kind });
  }

  onDown(fn: () => void): () => void {
    this.#onDown.add(fn);
    return () => this.#onDown.delete(fn);
  }

  isDurable(): undefined {
    // Only what is there after the kill can tell.
    return undefined;
  }

  open(opening: Opening, events: ConnectionEvents): Connection | undefined {
    const { http, clock } = this;
    if (this.#server === undefined || http === undefined) return undefined;
    switch (opening.transport) {
      case "sse":
        return openSse({ ...opening, http, clock }, events);
      case "poll":
        return openPoll({ ...opening, http, clock }, events);
      case "native":
        return openRealNative(this.#server.url, opening, events);
      default:
        return openRealWebSocket(opening.transport, this.#server.url, opening, events);
    }
  }

  /** Everything that is stored, as an opened log reads it back. Only when no server has it. */
  async read(): Promise<Contents> {
    const { dataDir: dir, durability } = this.#options;
    return readBack(await openSqliteLog({ dir, durability, clock: this.clock, random: this.random }));
  }

  #goDown(server: Server): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    const listeners = [...this.#onDown];
    this.#onDown.clear();
    for (const listener of listeners) listener();
  }
}
