import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { scripted } from "@throughline/agents";
import { createGateway, type Gateway, type GatewayOptions, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import { type Frame, WsClient } from "./ws-client.ts";

/** A real gateway on a real port. `await using` closes all of it, the log included. */
export interface TestServer extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly log: StreamLog;
  readonly origin: string;
  /** Opens a WebSocket and waits until it is open. */
  connect(
    path: string,
    options?: { headers?: Record<string, string>; protocols?: readonly string[] },
  ): Promise<WsClient>;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: any }>;
  post(path: string, body: unknown): Promise<{ status: number; body: any }>;
}

export type TestServerOptions = Partial<GatewayOptions>;

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const log = options.log ?? createMemoryLog({ clock: systemClock, random: systemRandom });
  const gateway = await createGateway({ agents: [scripted], ...options, log });
  const server = createServer();
  gateway.attach(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const clients: WsClient[] = [];
  return {
    gateway,
    log,
    origin,
    connect: async (path, { headers, protocols } = {}) => {
      const client = await WsClient.open(`ws://127.0.0.1:${port}${path}`, headers, protocols);
      clients.push(client);
      return client;
    },
    get: async (path, headers = {}) => answer(await fetch(origin + path, { headers })),
    post: async (path, body) =>
      answer(
        await fetch(origin + path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.drop();
      await gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await log.close();
    },
  };
}

async function answer(response: Response): Promise<{ status: number; body: any }> {
  return { status: response.status, body: await response.json() };
}

export type { Frame };
