import { type Client, createClient, type TokenProvider } from "@throughline/client";
import { type Clock, ThroughlineError } from "@throughline/protocol";
import { Lingering } from "./lingering.ts";
import { isPage, systemClock } from "./system.ts";

type Token = string | TokenProvider | undefined;

export interface PoolOptions {
  readonly url: string;
  readonly name?: string | undefined;
  /** Who is signed in. Functions that give tokens stand for the same person where it is the same. */
  readonly identity?: string | undefined;
  readonly token?: Token;
}

export interface PooledClient {
  readonly client: Client;
  /**
   * Keeps it connected.
   * @param token whoever came last is asked for tokens
   * @returns lets go of it: a second later, if nobody else holds it, it disconnects
   */
  hold(token?: Token): () => void;
}

/**
 * One client for each server and person, so that rendering twice, as StrictMode does, or never committing
 * what was rendered makes no second connection, and nobody gets what is another's.
 */
export class ClientPool {
  readonly #create: (options: PoolOptions) => Client;
  readonly #clock: Clock;
  readonly #clients = new Map<string, PooledClient>();
  /** Nobody has said whose these tokens are: each function is taken for another person's. */
  readonly #ofUnknown = new WeakMap<TokenProvider, Map<string, PooledClient>>();

  constructor(create: (options: PoolOptions) => Client, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
  }

  /** The same one for equal options, as long as it is held and not closed. It connects when it is first used. */
  get(options: PoolOptions): PooledClient {
    const clients = this.#clientsFor(options);
    const key = keyOf(options);
    const found = clients.get(key);
    if (found !== undefined && !found.client.isClosed) return found;
    const made: PooledClient = this.#make(options, () => {
      if (clients.get(key) === made) clients.delete(key);
    });
    clients.set(key, made);
    return made;
  }

  #clientsFor({ identity, token }: PoolOptions): Map<string, PooledClient> {
    if (identity !== undefined || typeof token !== "function") return this.#clients;
    const clients = this.#ofUnknown.get(token) ?? new Map<string, PooledClient>();
    this.#ofUnknown.set(token, clients);
    return clients;
  }

  #make(options: PoolOptions, left: () => void): PooledClient {
    const { token: first } = options;
    const asked = new Asked(first);
    const client = this.#create(typeof first === "function" ? { ...options, token: () => asked.token() } : options);
    let wasLeft = false;
    const held = new Lingering(this.#clock, () => {
      // React may show again what it had only hidden.
      if (wasLeft) client.connect();
      return () => {
        wasLeft = true;
        left();
        client.disconnect();
      };
    });
    return {
      client,
      hold: (token = first) => {
        const dismiss = asked.add(token);
        const letGo = held.hold();
        return () => {
          dismiss();
          letGo();
        };
      },
    };
  }
}

/** Who is asked for a client's tokens: of those that hold it the last to come, and before anybody did, who made it. */
class Asked {
  readonly #maker: Token;
  #holders: readonly { readonly token: Token }[] | undefined;

  constructor(maker: Token) {
    this.#maker = maker;
  }

  /** @returns ends it */
  add(token: Token): () => void {
    const holder = { token };
    this.#holders = [...(this.#holders ?? []), holder];
    return () => {
      this.#holders = this.#holders?.filter((each) => each !== holder);
    };
  }

  /** Rejects while nobody holds it: whoever is asked by then may be signed in as somebody else. */
  async token(): ReturnType<TokenProvider> {
    // What is inside a provider connects before the provider holds it, in the same turn.
    await Promise.resolve();
    const token = this.#holders === undefined ? this.#maker : this.#holders.at(-1)?.token;
    if (typeof token === "function") return token();
    throw new ThroughlineError("unauthenticated", "Nobody is there any more who could be asked for a token.");
  }
}

function keyOf({ url, name, identity, token }: PoolOptions): string {
  return JSON.stringify([url, name, identity, typeof token === "string" ? token : null]);
}

function create({ url, name, identity, token }: PoolOptions): Client {
  return createClient({
    url,
    ...(name !== undefined && { name }),
    ...(identity !== undefined && { identity }),
    ...(token !== undefined && { token }),
  });
}

/** The page's. While a page is rendered on a server each rendering has its own, so that none sees another's. */
const pagePool = /* @__PURE__ */ new ClientPool(create, systemClock);

export function poolHere(): ClientPool {
  return isPage() ? pagePool : new ClientPool(create, systemClock);
}
