import type { Clock, JsonObject, SubscribeFrame, WatchersFrame } from "@throughline/protocol";
import type { Principal } from "../access/principal.ts";
import type { EndReason } from "../delivery/sink.ts";
import { Views } from "../delivery/views.ts";
import type { Clients, ConnectedClient } from "../transports/clients.ts";
import { type Carrier, tell, tellShared } from "./carrier.ts";
import { Following, type FollowingPorts } from "./following.ts";
import type { Attendance, Presence } from "./presence.ts";

export interface FollowerPorts extends FollowingPorts {
  readonly clients: Clients;
  readonly presence: Presence;
  readonly clock: Clock;
}

/** Whose connection it is. */
export interface FollowerIdentity {
  readonly principal: Principal;
  readonly connectionId: string;
  readonly clientId: string;
  readonly name: string | null;
  /** Ends the connection. */
  readonly end: (reason: EndReason) => void;
}

/** A client that has so much to take yet hears who watches later: only the newest counts. */
const MAX_BUFFERED = 64 * 1024;

/** All that one connection follows (N9): a thread each, with the client's part in its audience. */
export class Follower {
  readonly #ports: FollowerPorts;
  readonly #carrier: Carrier;
  readonly #identity: FollowerIdentity;
  readonly #most: number;
  readonly #watching: boolean;
  readonly #parts = new Map<string, Part>();
  readonly #views: Views;
  #closed = false;
  #name: string | null;
  #heardAt: number;

  /** @param options `most`: threads at once; `watching`: whether presence is for this carrier */
  constructor(options: {
    readonly ports: FollowerPorts;
    readonly carrier: Carrier;
    readonly identity: FollowerIdentity;
    readonly most: number;
    readonly watching: boolean;
  }) {
    this.#ports = options.ports;
    this.#carrier = options.carrier;
    this.#identity = options.identity;
    this.#most = options.most;
    this.#watching = options.watching;
    this.#name = options.identity.name;
    this.#heardAt = options.ports.clock.now();
    this.#views = new Views(options.carrier.sink, options.ports.clock);
  }

  /** Resolves once it has begun, or was refused. Never rejects. */
  async follow({ thread, from, presence = true }: Omit<SubscribeFrame, "type">): Promise<void> {
    if (this.#closed) return;
    const before = this.#parts.get(thread);
    if (before === undefined && this.#parts.size >= this.#most) {
      const message = `One connection may follow ${this.#most} threads.`;
      return tell(this.#carrier, { type: "unsubscribed", thread, code: "too_many_subscriptions", message });
    }
    const { principal } = this.#identity;
    const following = new Following({
      ports: this.#ports,
      carrier: this.#carrier,
      principal,
      threadId: thread,
      from,
      ended: () => this.#drop(thread, part, "left"),
    });
    const heardAt = (): number => this.#heardAt;
    const part = new Part({ ports: this.#ports, carrier: this.#carrier, identity: this.#identity, following, heardAt });
    this.#parts.set(thread, part);
    before?.following.close();
    // The client stays in the audience while one subscription takes another's place.
    const begun = await this.#begin(following, from);
    if (begun && !this.#closed) part.join(this.#watching && presence, this.#name);
    before?.leave("left");
  }

  async #begin(following: Following, from: SubscribeFrame["from"]): Promise<boolean> {
    if (from !== "view" || this.#carrier.atOnce === true) return following.open();
    return (await this.#views.give(() => following.open())) ?? false;
  }

  /** Whether the client lacks anything that its threads have. */
  get behind(): boolean {
    return [...this.#parts.values()].some(({ lag }) => lag > 0);
  }

  unfollow(thread: string): void {
    const part = this.#parts.get(thread);
    if (part !== undefined) this.#drop(thread, part, "left");
  }

  /** The client has another name from now on. */
  rename(name: string): void {
    this.#name = name;
    for (const part of this.#parts.values()) part.rename(name);
  }

  /** Notes that the client was heard of. */
  heard(): void {
    this.#heardAt = this.#ports.clock.now();
  }

  /** Ends all of it. @param how `lost`: the client may be back in a moment (N23) */
  close(how: "left" | "lost"): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#views.close();
    for (const [thread, part] of this.#parts) this.#drop(thread, part, how);
  }

  #drop(thread: string, part: Part, how: "left" | "lost"): void {
    if (this.#parts.get(thread) === part) this.#parts.delete(thread);
    part.following.close();
    part.leave(how);
  }
}

/** One thread of a connection, as lists of clients and the thread's audience know it. */
class Part implements ConnectedClient {
  readonly dialect = "native";
  readonly tenant: string;
  readonly threadId: string;
  readonly clientId: string;
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly following: Following;
  readonly #ports: FollowerPorts;
  readonly #carrier: Carrier;
  readonly #identity: FollowerIdentity;
  readonly #heardAt: () => number;
  #attendance: Attendance | undefined;
  #left = false;

  constructor(options: {
    readonly ports: FollowerPorts;
    readonly carrier: Carrier;
    readonly identity: FollowerIdentity;
    readonly following: Following;
    readonly heardAt: () => number;
  }) {
    this.#ports = options.ports;
    this.#carrier = options.carrier;
    this.#identity = options.identity;
    this.#heardAt = options.heardAt;
    this.tenant = this.#identity.principal.tenant;
    this.clientId = this.#identity.clientId;
    this.connectionId = this.#identity.connectionId;
    this.following = options.following;
    this.threadId = this.following.threadId;
    this.connectedAt = this.#ports.clock.now();
  }

  get lastSeenAt(): number {
    return this.#heardAt();
  }

  get lag(): number {
    return this.following.lag;
  }

  join(watching: boolean, name: string | null): void {
    if (this.#left) return;
    this.#ports.clients.add(this);
    if (!watching) return;
    const client = { id: this.clientId, name };
    this.#attendance = this.#ports.presence.enter(this, client, (frame) => this.#handleWatchers(frame));
  }

  leave(how: "left" | "lost"): void {
    if (this.#left) return;
    this.#left = true;
    this.#ports.clients.remove(this);
    this.#attendance?.leave(how);
  }

  rename(name: string): void {
    this.#attendance?.rename(name);
  }

  tell(frame: JsonObject): void {
    tell(this.#carrier, frame as never);
  }

  end(reason: EndReason): void {
    this.#identity.end(reason);
  }

  #handleWatchers(frame: WatchersFrame): boolean {
    if (this.#carrier.sink.buffered > MAX_BUFFERED) return false;
    tellShared(this.#carrier, frame);
    return true;
  }
}
