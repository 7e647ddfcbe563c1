import type { Dialect } from "@throughline/protocol";
import { agentStream } from "./agent-stream.ts";

/** What an address says about its client and thread; ids are checked by who uses them. */
export interface Address {
  readonly clientId: string;
  readonly threadId: string;
  /** Who answers a start that names nobody. */
  readonly agent: string;
  /** Whether the client brought its id, so that it may come back under it. */
  readonly named?: boolean;
}

/** Where a dialect is spoken over WebSocket. */
export interface Mount {
  readonly path: string;
  readonly dialect: Dialect;
  /** @param newId mints the id of a client that brings none */
  readonly address: (query: URLSearchParams, newId: () => string) => Address;
}

/** Every dialect with a WebSocket address. Adding one is its file and a line here. */
export const MOUNTS: readonly Mount[] = [
  {
    path: "/ws/stream",
    dialect: agentStream as Dialect,
    address: (query, newId) => {
      const clientId = query.get("client_id") ?? newId();
      return {
        clientId,
        threadId: query.get("thread_id") ?? `stream:${clientId}`,
        agent: query.get("agent") ?? "market-analyst",
      };
    },
  },
];
