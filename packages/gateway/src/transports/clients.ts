import type { JsonObject } from "@throughline/protocol";
import type { EndReason } from "../delivery/sink.ts";

/** A connected client, as the server's own code may see it and speak to it. */
export interface ConnectedClient {
  readonly dialect: string;
  readonly tenant: string;
  readonly threadId: string;
  readonly clientId: string;
  /** Names the connection among all of this server; one may follow several threads. */
  readonly connectionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** When it last sent a frame, likewise. */
  readonly lastSeenAt: number;
  /** How many of the thread's events it has not been sent yet. */
  readonly lag: number;
  /** Sends a frame that is not part of any thread: neither stored nor repeated. */
  tell(frame: JsonObject): void;
  end(reason: EndReason): void;
}

/** Who is connected now. One client may have several connections. */
export class Clients {
  readonly #all = new Set<ConnectedClient>();
  readonly #byClient = new Map<string, Set<ConnectedClient>>();
  readonly #byThread = new Map<string, Set<ConnectedClient>>();

  add(client: ConnectedClient): void {
    this.#all.add(client);
    put(this.#byClient, `${client.dialect}/${client.clientId}`, client);
    put(this.#byThread, threadKey(client), client);
  }

  remove(client: ConnectedClient): void {
    this.#all.delete(client);
    drop(this.#byClient, `${client.dialect}/${client.clientId}`, client);
    drop(this.#byThread, threadKey(client), client);
  }

  /** Every connection, in the order they came. */
  all(): Iterable<ConnectedClient> {
    return this.#all;
  }

  /** The connections that follow a thread in a dialect. */
  following(place: Pick<ConnectedClient, "dialect" | "tenant" | "threadId">): ReadonlySet<ConnectedClient> {
    return this.#byThread.get(threadKey(place)) ?? NOBODY;
  }

  /** Ends a connection of the tenant's; false when there is none of this id. */
  dismiss(tenant: string, connectionId: string): boolean {
    const parts = [...this.#all].filter((client) => client.tenant === tenant && client.connectionId === connectionId);
    for (const client of parts) client.end("dismissed");
    return parts.length > 0;
  }

  /** Sends to every connection of one client; how many it has. */
  send(dialect: string, clientId: string, frame: JsonObject): number {
    const connections = this.#byClient.get(`${dialect}/${clientId}`) ?? NOBODY;
    for (const client of connections) client.tell(frame);
    return connections.size;
  }

  /** Sends to every client of a dialect but those named; to how many connections. */
  broadcast(dialect: string, frame: JsonObject, exclude: ReadonlySet<string> = new Set()): number {
    const told = [...this.#all].filter((client) => client.dialect === dialect && !exclude.has(client.clientId));
    for (const client of told) client.tell(frame);
    return told.length;
  }
}

const NOBODY: ReadonlySet<ConnectedClient> = new Set();

function threadKey({ dialect, tenant, threadId }: Pick<ConnectedClient, "dialect" | "tenant" | "threadId">): string {
  return `${dialect}/${tenant}/${threadId}`;
}

function put(index: Map<string, Set<ConnectedClient>>, key: string, client: ConnectedClient): void {
  const clients = index.get(key);
  if (clients === undefined) index.set(key, new Set([client]));
  else clients.add(client);
}

function drop(index: Map<string, Set<ConnectedClient>>, key: string, client: ConnectedClient): void {
  const clients = index.get(key);
  clients?.delete(client);
  if (clients?.size === 0) index.delete(key);
}
