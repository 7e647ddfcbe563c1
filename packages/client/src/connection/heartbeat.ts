import type { Clock, Timer } from "@throughline/protocol";

/** A tick that comes later than this, in ms, was slept through: the other side may be long gone. */
const ASLEEP_MS = 5_000;
/** How long a probed connection has to give a sign of life, in ms. */
const PROBE_MS = 4_000;
/** Pings of which the answer is awaited at most. */
const MOST_PINGS = 8;

export interface HeartbeatPorts {
  /** Asks the other side for a sign of life. */
  probe(id: number): void;
  /** No sign of life for two heartbeats, or none after a probe. */
  silent(): void;
  /** A round trip took so long, in ms. */
  latency(ms: number): void;
}

/**
 * Tells a living connection from one that only looks so. It probes at every heartbeat where that is
 * cheap, measures the round trip, and notices when the machine has slept.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #ports: HeartbeatPorts;
  readonly #sentAt = new Map<number, number>();
  #intervalMs = 0;
  #pings = false;
  #id = 0;
  #heardAt = 0;
  #tickDueAt = 0;
  #tick: Timer | undefined;
  #probe: Timer | undefined;

  constructor(clock: Clock, ports: HeartbeatPorts) {
    this.#clock = clock;
    this.#ports = ports;
  }

  /** Begins with a carrier that has just opened. */
  start(intervalMs: number, pings: boolean): void {
    this.stop();
    this.#intervalMs = intervalMs;
    this.#pings = pings;
    this.heard();
    if (pings) this.#ping();
    this.#schedule(intervalMs);
  }

  stop(): void {
    this.#tick?.cancel();
    this.#probe?.cancel();
    this.#probe = undefined;
    this.#sentAt.clear();
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#probe?.cancel();
    this.#probe = undefined;
  }

  pong(id: number): void {
    const sentAt = this.#sentAt.get(id);
    if (sentAt === undefined || !this.#sentAt.delete(id)) return;
    this.#ports.latency(Math.round(this.#clock.monotonic() - sentAt));
  }

  /** Makes sure now, within a few seconds, that the other side is there. */
  probe(): void {
    if (this.#probe !== undefined) return;
    this.#probe = this.#clock.setTimeout(() => this.#ports.silent(), PROBE_MS);
    this.#ping();
  }

  #ping(): void {
    this.#id += 1;
    if (this.#sentAt.size < MOST_PINGS) this.#sentAt.set(this.#id, this.#clock.monotonic());
    this.#ports.probe(this.#id);
  }

  #schedule(ms: number): void {
    this.#tickDueAt = this.#clock.now() + ms;
    this.#tick = this.#clock.setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    const hasSlept = this.#clock.now() - this.#tickDueAt > ASLEEP_MS;
    if (hasSlept) {
      // Silence while nobody asked says nothing: a page in the background gets a turn once a minute.
      this.#schedule(this.#intervalMs);
      return this.probe();
    }
    const silentMs = this.#clock.monotonic() - this.#heardAt;
    if (silentMs >= 2 * this.#intervalMs) return this.#ports.silent();
    // The next look is no later than the moment at which silence would have lasted too long.
    this.#schedule(Math.min(this.#intervalMs, 2 * this.#intervalMs - silentMs));
    if (this.#pings) this.#ping();
  }
}
