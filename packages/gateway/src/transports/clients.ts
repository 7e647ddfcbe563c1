import type { JsonObject } from "@throughline/protocol";

/** A connected client, as the server's own code may speak to it. */
export interface ConnectedClient {
  readonly dialect: string;
  readonly clientId: string;
  /** Sends a frame that is not part of any thread: neither stored nor repeated. */
  tell(frame: JsonObject): void;
}

/** Who is connected now, by dialect and client id. One client may have several connections. */
export class Clients {
  readonly #byDialect = new Map<string, Map<string, Set<ConnectedClient>>>();

  add(client: ConnectedClient): void {
    const byId = this.#byDialect.get(client.dialect) ?? new Map<string, Set<ConnectedClient>>();
    this.#byDialect.set(client.dialect, byId);
    const connections = byId.get(client.clientId) ?? new Set();
    byId.set(client.clientId, connections.add(client));
  }

  remove(client: ConnectedClient): void {
    const byId = this.#byDialect.get(client.dialect);
    const connections = byId?.get(client.clientId);
    connections?.delete(client);
    if (connections?.size === 0) byId?.delete(client.clientId);
  }

  /** Sends to every connection of one client; how many it has. */
  send(dialect: string, clientId: string, frame: JsonObject): number {
    const connections = this.#byDialect.get(dialect)?.get(clientId);
    for (const client of connections ?? []) client.tell(frame);
    return connections?.size ?? 0;
  }

  /** Sends to every client of a dialect but those named; to how many connections. */
  broadcast(dialect: string, frame: JsonObject, exclude: ReadonlySet<string> = new Set()): number {
    let told = 0;
    for (const clientId of this.#byDialect.get(dialect)?.keys() ?? []) {
      if (!exclude.has(clientId)) told += this.send(dialect, clientId, frame);
    }
    return told;
  }
}
