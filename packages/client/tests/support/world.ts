import type { Agent, ThreadEvent } from "@throughline/protocol";
import { loadFold } from "../../src/thread/load-fold.ts";
import {
  createTestServer,
  seededRandom,
  type TestServer,
  type TestServerOptions,
  type VirtualClock,
} from "@throughline/testing";
import {
  type Client,
  type ClientOptions,
  createClient,
  memoryStorage,
  type Signal,
  type WebSocketClass,
} from "../../src/index.ts";

// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
await loadFold();

/** Clients of one real server in memory; nothing but the test moves time. */
export interface World extends AsyncDisposable {
  readonly server: TestServer;
  readonly clock: VirtualClock;
  client(options?: Partial<ClientOptions>, make?: (options: ClientOptions) => Client): Client;
  /** Whom the server serves from its next start on. */
  serve(agents: readonly Agent[]): void;
  /** What the platform of every client says. */
  signal(signal: Signal): void;
  /** Lets time pass until it holds. @throws Error after a minute */
  until(holds: () => boolean, what: string): Promise<void>;
}

/** Looks again after so many virtual ms. */
const STEP_MS = 20;
const MOST_MS = 60_000;

export async function openWorld(
  options: { readonly agents?: readonly Agent[]; readonly seed?: number } & Pick<TestServerOptions, "workers"> = {},
): Promise<World> {
  const { workers } = options;
  const agents = [...(options.agents ?? [])];
  const server = await createTestServer({
    agents,
    seed: options.seed ?? 1,
    ...(workers !== undefined && { workers }),
  });
  const { clock } = server;
  const clients: Client[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  const random = seededRandom((options.seed ?? 1) + 1000);
  const signals = {
    subscribe: (listener: (signal: Signal) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    server,
    clock,
    client: (own = {}, make = createClient) => {
      const system = {
        clock,
        random,
        signals,
        fetch: (url: string, init?: RequestInit) => server.fetch(url, init),
        WebSocket: server.WebSocket as unknown as WebSocketClass,
        ...own.system,
      };
      const client = make({ url: server.url, storage: memoryStorage(), ...own, system });
      clients.push(client);
      return client;
    },
    serve: (next) => void agents.splice(0, agents.length, ...next),
    signal: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    until: async (holds, what) => {
      await clock.runUntilIdle();
      for (let passed = 0; !holds(); passed += STEP_MS) {
        if (passed >= MOST_MS) throw new Error(`It never came: ${what}`);
        await clock.advance(STEP_MS);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.close();
      await server.close();
    },
  };
}

/** Every stored event of a thread. */
export async function storedEvents({ server }: World, threadId: string): Promise<ThreadEvent[]> {
  const response = await server.within(server.fetch(`${server.url}/api/v1/threads/${threadId}/events?after=0`));
  return ((await response.json()) as { events: ThreadEvent[] }).events;
}
