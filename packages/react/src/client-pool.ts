import { type Client, createClient, type TokenProvider } from "@throughline/client";
import type { Clock } from "@throughline/protocol";
import { Lingering } from "./lingering.ts";
import { isPage, systemClock } from "./system.ts";

export interface PoolOptions {
  readonly url: string;
  readonly name?: string | undefined;
  readonly token?: string | TokenProvider | undefined;
}

export interface PooledClient {
  readonly client: Client;
  /** Keeps it connected. @returns lets go of it: a second later, if nobody else holds it, it disconnects */
  hold(): () => void;
}

/**
 * One client for each server, so that rendering twice, as StrictMode does, or never committing what was
 * rendered makes no second connection.
 */
export class ClientPool {
  readonly #create: (options: PoolOptions) => Client;
  readonly #clock: Clock;
  readonly #clients = new Map<string, PooledClient>();

  constructor(create: (options: PoolOptions) => Client, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
  }

  /** The same one for equal options, as long as it is held. It connects when it is first used. */
  get(options: PoolOptions): PooledClient {
    const key = keyOf(options);
    const found = this.#clients.get(key);
    if (found !== undefined) return found;
    const made = this.#make(key, this.#create(options));
    this.#clients.set(key, made);
    return made;
  }

  #make(key: string, client: Client): PooledClient {
    let wasLeft = false;
    const held = new Lingering(this.#clock, () => {
      // React may show again what it had only hidden.
      if (wasLeft) client.connect();
      return () => {
        wasLeft = true;
        this.#clients.delete(key);
        client.disconnect();
      };
    });
    return { client, hold: () => held.hold() };
  }
}

function keyOf({ url, name, token }: PoolOptions): string {
  return JSON.stringify([url, name ?? null, typeof token === "string" ? token : null]);
}

function create({ url, name, token }: PoolOptions): Client {
  return createClient({ url, ...(name !== undefined && { name }), ...(token !== undefined && { token }) });
}

/** The page's. While a page is rendered on a server each rendering has its own, so that none sees another's. */
const pagePool = /* @__PURE__ */ new ClientPool(create, systemClock);

export function poolHere(): ClientPool {
  return isPage() ? pagePool : new ClientPool(create, systemClock);
}
