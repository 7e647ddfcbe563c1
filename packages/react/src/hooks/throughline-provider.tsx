import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Context, ReactNode } from "react";
import type { Client, TokenProvider } from "@throughline/client";
import { type Clock, ThroughlineError } from "@throughline/protocol";
import { poolHere } from "../client-pool.ts";
import { type Fetch, Rest } from "../rest.ts";
import { serverUrl } from "../server-url.ts";
import { defaultStores } from "../stores/defaults.ts";
import type { Stores } from "../stores/stores.ts";
import { systemClock, systemFetch } from "../system.ts";
import { ClockContext } from "./clock.ts";

/** What the hooks work with. */
export interface Throughline {
  readonly client: Client;
  readonly rest: Rest;
  readonly stores: Stores;
}

const ThroughlineContext: Context<Throughline | null> = createContext<Throughline | null>(null);

export interface ThroughlineProviderProps {
  /** The server's address. Default `VITE_WS_URL` or `NEXT_PUBLIC_WS_URL`, else the page's own origin. */
  readonly url?: string;
  /**
   * A function may be written in place: the latest is asked whenever a token is needed, and another function by
   * itself changes nothing. With a token, say whose it is by `identity`.
   */
  readonly token?: string | TokenProvider;
  /**
   * Who is signed in, such as a user's id: another one gets another client, which has nothing of the one before.
   * Providers with token functions share a client where it is the same, and never without it.
   */
  readonly identity?: string;
  /** What others see of who watches. */
  readonly name?: string;
  /** A client of one's own in place of one that is made; it is not closed with the provider. */
  readonly client?: Client;
  /** Default: the module's own `chatStore`, `statusStore`, `chartStore` and `taskStore`. */
  readonly stores?: Stores;
  /** What carries requests to the HTTP API. Default the platform's. */
  readonly fetch?: Fetch;
  /** What counts down and throttles. Default the platform's. */
  readonly clock?: Clock;
  readonly children?: ReactNode;
}

/**
 * Gives the hooks below it their client. It connects with the first thread that is followed, and disconnects a
 * second after it was taken away; what runs on the server goes on. Nothing connects on a server that
 * renders the page.
 */
export function ThroughlineProvider(props: ThroughlineProviderProps) {
  const { name, identity, client: own, stores = defaultStores, clock = systemClock } = props;
  const token = useLatestToken(props.token, identity);
  const fetch = useLatest(props.fetch ?? systemFetch);
  const url = serverUrl(props.url);
  const [pool] = useState(poolHere);
  const pooled = useMemo(
    () => (own === undefined ? pool.get({ url, token, identity, name }) : null),
    [own, pool, url, token, identity, name],
  );
  useEffect(() => pooled?.hold(token), [pooled, token]);
  const client = own ?? pooled?.client ?? null;
  // What a reload has left behind is sent whether or not this page follows anything.
  useEffect(() => client?.sendRestored(), [client]);
  const value = useMemo(
    () => (client === null ? null : { client, rest: new Rest({ url, token, fetch }), stores }),
    [client, url, token, fetch, stores],
  );
  return (
    <ClockContext.Provider value={clock}>
      <ThroughlineContext.Provider value={value}>{props.children}</ThroughlineContext.Provider>
    </ClockContext.Provider>
  );
}

/** The same function for good, which does what the latest one does: one that is written in place is another each time. */
function useLatest<Args extends readonly unknown[], Result>(
  given: (...args: Args) => Result,
): (...args: Args) => Result {
  const latest = useRef(given);
  useEffect(() => {
    latest.current = given;
  });
  return useCallback((...args: Args) => latest.current(...args), []);
}

/** Likewise for tokens, with another function for each identity: what was one person's gets none of the next one's. */
function useLatestToken(token: string | TokenProvider | undefined, identity: string | undefined): typeof token {
  const latest = useRef({ identity, token });
  useEffect(() => {
    latest.current = { identity, token };
  });
  const ask = useCallback(async () => {
    // What is inside the provider asks in the same turn, before the provider's own effects.
    await Promise.resolve();
    const { identity: whose, token: given } = latest.current;
    if (whose !== identity) throw new ThroughlineError("unauthenticated", "Somebody else is signed in by now.");
    return typeof given === "function" ? given() : (given ?? "");
  }, [identity]);
  return typeof token === "function" ? ask : token;
}

/** What the provider gives. @throws ThroughlineError `invalid_input` outside of one */
export function useThroughline(): Throughline {
  const found = useContext(ThroughlineContext);
  if (found === null) {
    throw new ThroughlineError("invalid_input", "There is no <ThroughlineProvider> around this component.");
  }
  return found;
}

/** The stores of the provider, or the module's own outside of one. */
export function useStores(): Stores {
  return useContext(ThroughlineContext)?.stores ?? defaultStores;
}
