import { startServer, type TestServer } from "./gateway.ts";
import { manualAgent, type ManualRun } from "./manual-agent.ts";
import { type Options, RequestClient } from "./request-client.ts";

/** A server whose requests are answered by an agent that the test plays, and the clients of it. */
interface Stage extends AsyncDisposable {
  readonly server: TestServer;
  /** Runs of the agent that answers. */
  next(): Promise<ManualRun>;
  /** A connected client. */
  client(options?: Options): Promise<RequestClient>;
}

export async function stage(transport = "websocket"): Promise<Stage> {
  const manual = manualAgent();
  const server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
  const clients: RequestClient[] = [];
  return {
    server,
    next: manual.next,
    client: async (options = {}) => {
      const client = await RequestClient.open(server.origin, { transports: [transport], upgrade: false, ...options });
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Starts a request. */
export const start = (requestId = "r1") => ({ requestId, userQuery: "compare" });
/** Follows a request from the connection on. */
export const watching = (requestId = "r1") => ({ query: { requestId } });
