import { act, cleanup, render } from "@testing-library/react";
import type { RenderResult } from "@testing-library/react";
import { StrictMode } from "react";
import type { ReactNode } from "react";
import { type Client, createClient, memoryStorage, type WebSocketClass } from "@throughline/client";
import type { Agent } from "@throughline/protocol";
import { createTestServer, seededRandom, type TestServer } from "@throughline/testing";
import { createStores, type Stores, ThroughlineProvider } from "../../src/index.ts";

/** A page before a real server in memory; nothing but the test moves time. */
export interface Page extends AsyncDisposable {
  readonly server: TestServer;
  readonly client: Client;
  readonly stores: Stores;
  /** How many WebSockets the client has opened. */
  readonly sockets: () => number;
  show(content: ReactNode): RenderResult;
  /** Lets time pass, and React render what came of it. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until it holds. @throws Error after two minutes */
  until(holds: () => boolean, what: string): Promise<void>;
}

export interface PageOptions {
  readonly agents?: readonly Agent[];
  /** Renders twice and mounts twice, as React does in development. */
  readonly isStrict?: boolean;
  /** What others see of who watches. */
  readonly name?: string;
}

const STEP_MS = 10;
const MOST_MS = 120_000;

export async function openPage({ agents = [], isStrict = false, name }: PageOptions = {}): Promise<Page> {
  const server = await createTestServer({ agents: [...agents] });
  const { clock } = server;
  let opened = 0;
  class CountedSocket extends server.WebSocket {
    constructor(url: string | URL, protocols?: string | readonly string[]) {
      super(url, protocols);
      opened += 1;
    }
  }
  const fetch = (url: string, init?: RequestInit): Promise<Response> => server.fetch(url, init);
  const client = createClient({
    url: server.url,
    storage: memoryStorage(),
    ...(name !== undefined && { name }),
    system: {
      clock,
      random: seededRandom(7),
      fetch,
      WebSocket: CountedSocket as unknown as WebSocketClass,
      signals: { subscribe: () => () => {} },
    },
  });
  let ids = 0;
  const stores = createStores(() => `id-${(ids += 1)}`);
  const pass = async (ms: number): Promise<void> => act(async () => clock.advance(ms));
  return {
    server,
    client,
    stores,
    sockets: () => opened,
    show: (content) => {
      const page = (
        <ThroughlineProvider url={server.url} client={client} stores={stores} fetch={fetch} clock={clock}>
          {content}
        </ThroughlineProvider>
      );
      return render(isStrict ? <StrictMode>{page}</StrictMode> : page);
    },
    pass,
    until: async (holds, what) => {
      await act(async () => clock.runUntilIdle());
      for (let passed = 0; !holds(); passed += STEP_MS) {
        if (passed >= MOST_MS) throw new Error(`It never came: ${what}`);
        await pass(STEP_MS);
      }
    },
    [Symbol.asyncDispose]: async () => {
      cleanup();
      client.close();
      await server.close();
    },
  };
}
