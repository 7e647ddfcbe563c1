import type { Clock, JsonObject } from "@throughline/protocol";
import type { ClientMemory } from "../transports/client-memory.ts";
import type { Clients, ConnectedClient } from "../transports/clients.ts";
import { taskThread } from "./task.ts";

/** What became of a message: `unknown` = nobody of this id has been here within a day; it is dropped. */
export type Sent = "sent" | "kept" | "unknown";

/** A connection that follows a task. */
export interface TaskConnection {
  readonly clientId: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  readonly lastSeenAt: number;
  /** How many of the task's events it has not been sent yet. */
  readonly lag: number;
}

const DIALECT = "tasks";

/** The server's own word to a task's clients, beside what the task's thread says. */
export class TaskMail {
  readonly #clients: Clients;
  readonly #memory: ClientMemory;
  readonly #clock: Clock;

  constructor(clients: Clients, memory: ClientMemory, clock: Clock) {
    this.#clients = clients;
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Sends to one client; while it is away the last 100 are kept for it. */
  async send(tenant: string, clientId: string, taskId: string, frame: JsonObject): Promise<Sent> {
    const letter = { ...this.#addressed(taskId, frame), client_id: clientId };
    if (this.#tell(tenant, clientId, taskId, [letter])) return "sent";
    const place = { tenant, threadId: taskThread(taskId), clientId };
    if ((await this.#memory.recall(place)) === undefined) return "unknown";
    await this.#memory.post(place, letter);
    if (this.#connections(tenant, taskId, clientId).length === 0) return "kept";
    // It came back in between, perhaps after it was given its mail.
    const mail = await this.#memory.collect(place);
    this.#tell(tenant, clientId, taskId, mail?.frames ?? []);
    return "sent";
  }

  /** Sends to all connections of the task but those of the clients named; to how many. */
  broadcast(tenant: string, taskId: string, frame: JsonObject, exclude: ReadonlySet<string> = new Set()): number {
    const told = this.#connections(tenant, taskId).filter(({ clientId }) => !exclude.has(clientId));
    for (const client of told) client.tell(this.#addressed(taskId, frame));
    return told.length;
  }

  connections(tenant: string, taskId: string): readonly TaskConnection[] {
    return this.#connections(tenant, taskId).map(({ clientId, connectedAt, lastSeenAt, lag }) => ({
      clientId,
      connectedAt,
      lastSeenAt,
      lag,
    }));
  }

  #tell(tenant: string, clientId: string, taskId: string, frames: readonly JsonObject[]): boolean {
    const connections = this.#connections(tenant, taskId, clientId);
    for (const client of connections) for (const frame of frames) client.tell(frame);
    return connections.length > 0;
  }

  #connections(tenant: string, taskId: string, clientId?: string): ConnectedClient[] {
    const following = this.#clients.following({ dialect: DIALECT, tenant, threadId: taskThread(taskId) });
    return [...following].filter((client) => clientId === undefined || client.clientId === clientId);
  }

  /** A frame of the task's protocol, what its envelope lacks filled in. */
  #addressed(taskId: string, frame: JsonObject): JsonObject {
    return { task_id: taskId, data: {}, timestamp: new Date(this.#clock.now()).toISOString(), ...frame };
  }
}
