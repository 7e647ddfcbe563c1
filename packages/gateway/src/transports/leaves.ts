import type { Clock, Timer } from "@throughline/protocol";

interface Presence {
  connections: number;
  grace: Timer | undefined;
}

/**
 * Cancels what a client started when it stays away for longer than the grace, in the dialects whose
 * protocol says so (WebSocket `/ws/stream`). A client is away once its last connection has closed.
 */
export class Leaves {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #presences = new Map<string, Presence>();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** @param key names the client on its thread */
  arrived(key: string): void {
    const presence = this.#presences.get(key) ?? { connections: 0, grace: undefined };
    presence.connections += 1;
    presence.grace?.cancel();
    presence.grace = undefined;
    this.#presences.set(key, presence);
  }

  /** @param cancel called when the client is not back in time; must not throw */
  left(key: string, cancel: () => void): void {
    const presence = this.#presences.get(key);
    if (presence === undefined) return;
    presence.connections -= 1;
    if (presence.connections > 0) return;
    presence.grace = this.#clock.setTimeout(() => {
      this.#presences.delete(key);
      cancel();
    }, this.#graceMs);
  }

  /** Forgets everybody; nothing is cancelled any more. */
  close(): void {
    for (const { grace } of this.#presences.values()) grace?.cancel();
    this.#presences.clear();
  }
}
