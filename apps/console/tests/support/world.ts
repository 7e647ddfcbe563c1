import { scripted } from "@throughline/agents";
import { type Client, createClient, memoryStorage, type WebSocketClass } from "@throughline/client";
import { decodeView } from "@throughline/protocol";
import type { ThreadView } from "@throughline/protocol";
import { createTestServer, seededRandom, type TestServer, type VirtualClock } from "@throughline/testing";
import type { NetworkSystem, TabsChannel } from "../../src/playground/faulty-network.ts";
import { createHttp } from "../../src/server/http.ts";
import { createPages, type Pages } from "../../src/server/pages.ts";

/** A real gateway in memory and the console's side of the wire; nothing but the test moves time. */
export interface World extends AsyncDisposable {
  readonly server: TestServer;
  readonly clock: VirtualClock;
  /** What a tab's faults are laid upon. */
  readonly network: NetworkSystem;
  readonly pages: Pages;
  /** A client on this network. */
  client(network: Pick<NetworkSystem, "fetch" | "WebSocket">): Client;
  /** Starts a run as some other client would; resolves once the server has taken it. */
  run(threadId: string, runId: string, text: string): Promise<void>;
  /** The view as the server has it now. */
  serverView(threadId: string): Promise<ThreadView>;
}

export async function createWorld(): Promise<World> {
  const server = await createTestServer({ agents: [scripted] });
  const { clock } = server;
  const random = seededRandom(7);
  const fetch = (path: string, init?: RequestInit): Promise<Response> => server.fetch(new URL(path, server.url), init);
  const network = {
    clock,
    random,
    fetch,
    WebSocket: server.WebSocket as unknown as WebSocketClass,
    // A tab that is alone.
    tabs: { post: () => {}, listen: () => {} },
  };
  const http = createHttp(fetch);
  const clients: Client[] = [];
  return {
    server,
    clock,
    network,
    pages: createPages(http),
    client: (faulty) => {
      const signals = { subscribe: () => () => {} };
      const system = { clock, random, signals, fetch: faulty.fetch, WebSocket: faulty.WebSocket };
      const client = createClient({ url: server.url, storage: memoryStorage(), system });
      clients.push(client);
      return client;
    },
    run: async (threadId, runId, text) => {
      await server.within(
        http.send("POST", `/threads/${threadId}/runs`, { run_id: runId, agent: "scripted", input: text }),
      );
    },
    serverView: async (threadId) => decodeView(await server.within(http.get(`/threads/${threadId}`))).view,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.close();
      await server.close();
    },
  };
}

/** Channels of the tabs of one browser: what one posts the others hear. */
export function channelsOf(count: number): readonly TabsChannel[] {
  const listeners: ((message: unknown) => void)[][] = Array.from({ length: count }, () => []);
  return listeners.map((own) => ({
    post: (message) => {
      for (const other of listeners) if (other !== own) for (const listener of other) listener(message);
    },
    listen: (listener) => own.push(listener),
  }));
}
