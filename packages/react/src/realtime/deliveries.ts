import type { DialectFrame, RealtimeClient } from "@throughline/client/realtime";

/** Tells of each frame whether it arrived. One for a client, as long as the client. */
class Deliveries {
  readonly #client: RealtimeClient;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  constructor(client: RealtimeClient) {
    this.#client = client;
    client.on("confirmed", (id) => this.#take(id)?.resolve());
    client.on("dropped", ({ frame, error }) => this.#take(frame["id"])?.reject(error));
  }

  /**
   * @param frame has an `id`
   * @returns once the server has taken it in; rejects with a ThroughlineError when it was given up
   */
  send(frame: DialectFrame & { readonly id: string }): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(frame.id, waiting);
    this.#client.send(frame);
    return waiting.promise;
  }

  #take(id: unknown): PromiseWithResolvers<void> | undefined {
    const waiting = typeof id === "string" ? this.#waiting.get(id) : undefined;
    if (typeof id === "string") this.#waiting.delete(id);
    return waiting;
  }
}

const known = new WeakMap<RealtimeClient, Deliveries>();

export function deliveriesOf(client: RealtimeClient): Deliveries {
  const found = known.get(client) ?? new Deliveries(client);
  known.set(client, found);
  return found;
}
