import { type Client, createClient, type TokenProvider } from "@throughline/client";
import type { Clock, Timer } from "@throughline/protocol";
import { isPage, systemClock } from "./system.ts";

export interface PooledClient {
  readonly url: string;
  readonly name?: string | undefined;
  readonly token?: string | TokenProvider | undefined;
}

interface Entry {
  readonly client: Client;
  holders: number;
  closing: Timer | undefined;
}

/** A provider that is taken away and put back within this, as React's StrictMode does, keeps its client. */
const LINGER_MS = 1_000;

/**
 * One client for each server, so that rendering twice, as StrictMode does, or never committing what was
 * rendered makes no second connection.
 */
export class ClientPool {
  readonly #create: (options: PooledClient) => Client;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(create: (options: PooledClient) => Client, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
  }

  /** The client of these options: the same one for equal options. It connects when it is used. */
  get(options: PooledClient): Client {
    return this.#entry(options).client;
  }

  /** Keeps the client open. @returns lets go of it; a second later, if nobody else holds it, it is closed */
  hold(options: PooledClient): () => void {
    const entry = this.#entry(options);
    entry.closing?.cancel();
    entry.holders += 1;
    return () => {
      entry.holders -= 1;
      if (entry.holders > 0) return;
      entry.closing = this.#clock.setTimeout(() => {
        this.#entries.delete(keyOf(options));
        entry.client.close();
      }, LINGER_MS);
    };
  }

  #entry(options: PooledClient): Entry {
    const key = keyOf(options);
    const found = this.#entries.get(key);
    if (found !== undefined) return found;
    const entry = { client: this.#create(options), holders: 0, closing: undefined };
    this.#entries.set(key, entry);
    return entry;
  }
}

function keyOf({ url, name, token }: PooledClient): string {
  return JSON.stringify([url, name ?? null, typeof token === "string" ? token : null]);
}

function create({ url, name, token }: PooledClient): Client {
  return createClient({ url, ...(name !== undefined && { name }), ...(token !== undefined && { token }) });
}

/** The page's. While a page is rendered on a server each rendering has its own, so that none sees another's. */
const pagePool = /* @__PURE__ */ new ClientPool(create, systemClock);

export function poolHere(): ClientPool {
  return isPage() ? pagePool : new ClientPool(create, systemClock);
}
