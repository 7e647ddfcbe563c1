import type { RealtimeClient } from "@throughline/client/realtime";
import type { Clock } from "@throughline/protocol";
import { Lingering } from "../lingering.ts";

const leases = new WeakMap<RealtimeClient, Lease>();

/**
 * What keeps a client connected while components use it: one for a client, however many they are. A second
 * after the last of them is gone a client that they only share is closed, and one of the app's own is
 * disconnected.
 */
export class Lease {
  readonly #client: RealtimeClient;
  readonly #held: Lingering;
  #isOwn = false;
  #isOver = false;

  private constructor(client: RealtimeClient, clock: Clock) {
    this.#client = client;
    this.#held = new Lingering(clock, () => () => this.#end());
  }

  static of(client: RealtimeClient, clock: Clock): Lease {
    const lease = leases.get(client) ?? new Lease(client, clock);
    leases.set(client, lease);
    return lease;
  }

  /** The client was closed: another has to take its place. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param isOwn whether the app made the client, and closes it @returns lets go of it; safe to repeat */
  hold(isOwn: boolean): () => void {
    this.#isOwn ||= isOwn;
    return this.#held.hold();
  }

  #end(): void {
    if (this.#isOwn) return this.#client.disconnect();
    this.#isOver = true;
    this.#client.close();
  }
}
