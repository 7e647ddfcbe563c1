import type { Clock, Cursor, FollowWish, JsonObject, ResetReason, ThreadView } from "@throughline/protocol";
import { authorize } from "../../access/authorize.ts";
import type { Principal } from "../../access/principal.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { EndReason, Sink } from "../../delivery/sink.ts";
import type { Subscription } from "../../delivery/subscription.ts";
import type { Views } from "../../delivery/views.ts";
import { requests } from "../../dialects/requests.ts";
import { stateFrame } from "../../dialects/request-state.ts";
import type { Thread } from "../../threads/thread.ts";
import type { Threads } from "../../threads/threads.ts";
import type { Clients, ConnectedClient } from "../clients.ts";
import { Had } from "./had.ts";
import { packetsIn, socketIoFraming } from "./packets.ts";
import type { Peer } from "./transport.ts";

export interface WatchPorts {
  readonly threads: Threads;
  readonly delivery: Delivery;
  readonly clients: Clients;
  readonly clock: Clock;
}

/** Where a watch stands when it has shown the thread's state. */
export interface Standing {
  readonly epoch: string;
  readonly lastSeq: number;
}

/** What a watch needs of the session it belongs to. */
interface Owner {
  readonly principal: Principal;
  readonly peer: Peer;
  readonly clientId: string;
  readonly lastSeenAt: number;
  /** The connection's, for all its watches. */
  readonly views: Views;
  tell(frame: JsonObject): void;
  /** The watch has ended by itself. */
  ended(watch: Watch): void;
}

/**
 * One connection that follows one request. It may begin anew from another position, as often as its client
 * likes: each event is given to the connection once.
 */
export class Watch implements ConnectedClient, Sink {
  readonly dialect: string = requests.name;
  readonly tenant: string;
  readonly threadId: string;
  readonly clientId: string;
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly #ports: WatchPorts;
  readonly #owner: Owner;
  readonly #had = new Had();
  #work: Promise<unknown> = Promise.resolve();
  #thread: Thread | undefined;
  #subscription: Subscription | undefined;
  /** Ends the wait for what was missed. */
  #goOn: (() => void) | undefined;
  #closed = false;

  /** @throws forbidden */
  constructor(ports: WatchPorts, owner: Owner, threadId: string) {
    this.#ports = ports;
    this.#owner = owner;
    this.tenant = owner.principal.tenant;
    this.threadId = threadId;
    this.clientId = owner.clientId;
    this.connectionId = owner.peer.id;
    this.connectedAt = ports.clock.now();
    authorize(owner.principal, "read", threadId);
  }

  get lastSeenAt(): number {
    return this.#owner.lastSeenAt;
  }

  get lag(): number {
    return this.#thread === undefined ? 0 : this.#thread.head - (this.#subscription?.cursor ?? this.#thread.head);
  }

  /** Whether it follows what has no event yet. */
  get empty(): boolean {
    return this.#thread?.head === 0;
  }

  get buffered(): number {
    return this.#owner.peer.buffered;
  }

  /**
   * Follows the request from where the client asks. One that shall see the state gets what it has missed,
   * then the state, then what comes; a late joiner gets the state, if there is anything yet.
   * @returns where the state stands, once it has been handed over; undefined where none was asked for
   * @throws corrupt, unavailable, draining: the watch has ended then
   */
  follow(wish: FollowWish): Promise<Standing | undefined> {
    const followed = this.#work.then(() => this.#follow(wish));
    this.#work = followed.catch(() => this.#finish());
    return followed;
  }

  write(bytes: Uint8Array): void {
    const packets = packetsIn(bytes);
    this.#owner.peer.write(this.#had.empty ? packets : packets.filter(({ seq }) => !this.#had.has(seq)));
  }

  onceDrained(listener: () => void): void {
    this.#owner.peer.onceDrained(listener);
  }

  ping(): void {}

  /** Ends the connection; or this watch alone, where only its thread is gone. */
  end(reason: EndReason): void {
    if (reason !== "gone") return this.#owner.peer.end(reason);
    const context = this.#ports.delivery.contextOf({ id: this.threadId, epoch: "" });
    this.tell(requests.error("not_found", "The request was deleted.", context, this.#ports.clock.now()));
    this.#finish();
  }

  tell(frame: JsonObject): void {
    this.#owner.tell(frame);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.close();
    this.#goOn?.();
    if (this.#thread === undefined) return;
    this.#ports.clients.remove(this);
    this.#owner.peer.leave(this.threadId);
  }

  /** Ends it, and lets the session begin another. */
  #finish(): void {
    this.close();
    this.#owner.ended(this);
  }

  async #follow({ cursor, view }: FollowWish): Promise<Standing | undefined> {
    if (this.#closed || (this.#subscription !== undefined && !view)) return undefined;
    const { threads, delivery } = this.#ports;
    const thread = this.#thread ?? (await threads.open(this.tenant, this.threadId));
    if (this.#closed) return undefined;
    const leftOff = this.#leaveOff();
    const has = cursor ?? leftOff;
    const caughtUp = Promise.withResolvers<void>();
    this.#goOn = caughtUp.resolve;
    let standing: Standing | undefined;
    const show = (shown: ThreadView): number => {
      standing = this.#show(thread, shown);
      caughtUp.resolve();
      return standing.lastSeq;
    };
    const follow = (): Promise<Subscription> =>
      delivery.follow({
        thread,
        dialect: requests,
        framing: socketIoFraming,
        sink: this,
        cursor: has,
        joining: () => this.#join(thread),
        begin: (refusal) => {
          if (refusal !== undefined) this.#reset(thread, refusal);
          else if (has !== undefined) return this.#had.through(has.seq);
          // That there is nothing yet is told to those who ask.
          return refusal === undefined && thread.head === 0 && !view ? 0 : show(thread.view);
        },
        milestone: () => {
          const shown = thread.view;
          // A reset on the way has shown it already.
          const reached = (): unknown => standing ?? show(shown);
          return view && standing === undefined ? { seq: shown.lastSeq, reached } : undefined;
        },
      });
    const shows = view || (has === undefined ? thread.head > 0 : thread.refusal(has) !== undefined);
    this.#subscription = shows ? await this.#inTurn(thread, follow) : await follow();
    if (this.#closed) this.#subscription?.close();
    else if (view) await caughtUp.promise;
    return standing;
  }

  /** Begins what shows the state once the client has taken other states. */
  async #inTurn(thread: Thread, follow: () => Promise<Subscription>): Promise<Subscription | undefined> {
    const release = thread.hold();
    try {
      return await this.#owner.views.give(follow);
    } finally {
      release();
    }
  }

  /** The first time, the watch becomes known to others. */
  #join(thread: Thread): void {
    if (this.#closed || this.#thread !== undefined) return;
    this.#thread = thread;
    this.#ports.clients.add(this);
    this.#owner.peer.join(this.threadId);
  }

  /** Stops where the watch is, if it is anywhere: nothing comes until it begins anew. */
  #leaveOff(): Cursor | undefined {
    if (this.#subscription === undefined) return undefined;
    const { joinedAt, cursor: seq } = this.#subscription;
    this.#subscription.close();
    this.#had.add(joinedAt, seq);
    return { seq };
  }

  #reset(thread: Thread, reason: ResetReason): void {
    this.#had.clear();
    const at = { epoch: thread.epoch, lastSeq: thread.head, now: this.#ports.clock.now() };
    this.tell(requests.reset(this.#ports.delivery.contextOf(thread), reason, at));
  }

  #show(thread: Thread, view: ThreadView): Standing {
    const frame = stateFrame(view, this.#ports.delivery.contextOf(thread));
    if (!this.#closed) this.#owner.peer.write(packetsIn(socketIoFraming.plain(frame)));
    return { epoch: thread.epoch, lastSeq: view.lastSeq };
  }
}
