import type { Clock } from "@throughline/protocol";
import type { ConnectionEvents } from "./connection/connection.ts";
import type { Emitted } from "./stores/emitter.ts";
import { type Readable, Store } from "./stores/store.ts";

/** What a client has seen since it was made. Times are in ms. */
export interface ClientMetrics {
  /** Times it was connected. */
  readonly connections: number;
  /** Times it was connected after it had been before. */
  readonly reconnections: number;
  /** Attempts and connections that failed and were tried again. */
  readonly failedAttempts: number;
  /** Since when it is connected, in ms since the Unix epoch; null while it is not. */
  readonly connectedSince: number | null;
  /** How long it was connected, without the present connection. */
  readonly connectedMs: number;
  /** The last round trip of a ping; null before the first. */
  readonly latencyMs: number | null;
  /** From the last command's sending to its acknowledgement; null before the first. */
  readonly messageLatencyMs: number | null;
  /** Commands that wait for the connection or their acknowledgement. */
  readonly queued: number;
  /** Commands that were given up. */
  readonly dropped: number;
}

const NOTHING: ClientMetrics = {
  connections: 0,
  reconnections: 0,
  failedAttempts: 0,
  connectedSince: null,
  connectedMs: 0,
  latencyMs: null,
  messageLatencyMs: null,
  queued: 0,
  dropped: 0,
};

/** Counts what the connection tells. */
export class Metrics {
  readonly #store = new Store(NOTHING);
  readonly #clock: Clock;

  constructor(clock: Clock, events: Emitted<ConnectionEvents>) {
    this.#clock = clock;
    events.on("connected", () => this.#connected());
    events.on("disconnected", () => this.#disconnected());
    events.on("reconnecting", () => this.#add("failedAttempts"));
    events.on("latency", (latencyMs) => this.#store.patch({ latencyMs }));
  }

  get store(): Readable<ClientMetrics> {
    return this.#store;
  }

  queued(queued: number): void {
    this.#store.patch({ queued });
  }

  dropped(): void {
    this.#add("dropped");
  }

  messageLatency(ms: number): void {
    this.#store.patch({ messageLatencyMs: Math.round(ms) });
  }

  #connected(): void {
    const { connections } = this.#store.get();
    this.#store.patch({
      connections: connections + 1,
      reconnections: connections,
      connectedSince: this.#clock.now(),
    });
  }

  #disconnected(): void {
    const { connectedSince, connectedMs } = this.#store.get();
    const lasted = connectedSince === null ? 0 : Math.max(0, this.#clock.now() - connectedSince);
    this.#store.patch({ connectedSince: null, connectedMs: connectedMs + lasted });
  }

  #add(key: "failedAttempts" | "dropped"): void {
    this.#store.patch({ [key]: this.#store.get()[key] + 1 });
  }
}
