import { type CommandFrame, type NativeServerFrame, ThroughlineError } from "@throughline/protocol";
import { TRANSPORTS } from "./carriers/ladder.ts";
import type { ConnectionEvents } from "./connection/connection.ts";
import type { Link, LinkHost, LinkState } from "./connection/link.ts";
import { createNativeLink, type NativeLinkOptions } from "./connection/native-link.ts";
import { backoff } from "./connection/policy.ts";
import { CLIENT_KEY, keptClientId, ownTexts } from "./kept.ts";
import { type ClientMetrics, Metrics } from "./metrics.ts";
import type { ClientOptions } from "./options.ts";
import { type Dropped, Outbox, type PositiveAck, type Waits } from "./outbox.ts";
import type { ClientSystem } from "./seams.ts";
import { type Emits, Emitter } from "./stores/emitter.ts";
import { type Readable, Store, ThrottledStore } from "./stores/store.ts";
import { platformSystem } from "./system.ts";
import { threadsWithOutgoing } from "./thread/outgoing.ts";
import { Thread } from "./thread/thread.ts";
import { Threads } from "./thread/threads.ts";

export interface ConnectionState extends LinkState {
  /** Events of all followed threads that there are and that have not come yet. */
  readonly behind: number;
}

export interface ClientEvents extends ConnectionEvents {
  /** A command was given up; its promise is rejected with the same error. */
  dropped: Dropped;
}

const BEHIND_MS = 50;
/** The server takes a longer id for a client's defect, and ends the connection. In UTF-16 units. */
const MOST_ID_LENGTH = 400;
/** Likewise a longer name. */
const MOST_NAME_LENGTH = 100;

/** How a client gets its link: a connection of its own, unless tabs share one. */
export type LinkFactory = (parts: {
  readonly system: ClientSystem;
  readonly clientId: string;
  readonly events: Emits<ConnectionEvents>;
  readonly host: LinkHost;
}) => Link;

/**
 * A client of one server: its connection, its threads and what is on its way. It connects when something
 * is first followed or sent, or by {@link connect}.
 */
export class Client {
  readonly clientId: string;
  /** The connection, for a page to show. */
  readonly connection: Readable<ConnectionState>;
  readonly metrics: Readable<ClientMetrics>;
  readonly #system: ClientSystem;
  readonly #events = new Emitter<ClientEvents>();
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #threads = new Threads();
  readonly #behind: ThrottledStore<number>;
  #isWanted = true;
  #hasRestored = false;
  #isClosed = false;

  /** @internal Use {@link createClient}. `clientId`: that of all tabs which share a connection. */
  constructor(options: ClientOptions, createLink: LinkFactory, clientId = options.clientId) {
    const { storage, ...system } = systemOf(options);
    const { clock, random } = system;
    const tab = ownTexts(storage.tab, options);
    this.#system = { ...system, storage: { ...storage, tab } };
    this.clientId = clientId ?? keptClientId(tab, random);
    const metrics = new Metrics(clock, this.#events);
    this.metrics = metrics.store;
    this.#link = createLink({
      system: this.#system,
      clientId: this.clientId,
      events: this.#events,
      host: {
        subscriptions: () => [...this.#threads].flatMap((thread) => thread.subscription() ?? []),
        opened: () => this.#outbox.opened(),
        frame: (frame) => this.#receive(frame),
        ended: () => this.#ended(),
      },
    });
    this.#outbox = new Outbox({
      ...this.#system,
      send: (frame) => this.#link.send(frame),
      dropped: (dropped) => {
        metrics.dropped();
        this.#events.emit("dropped", dropped);
      },
      roundTrip: (ms) => metrics.messageLatency(ms),
      sizeChanged: (size) => metrics.queued(size),
    });
    this.#behind = new ThrottledStore(0, BEHIND_MS, clock);
    const connection = new Store<ConnectionState>({ ...this.#link.state.get(), behind: 0 });
    this.#link.state.subscribe(() => connection.patch(this.#link.state.get()));
    this.#behind.subscribe(() => connection.patch({ behind: this.#behind.get() }));
    this.connection = connection;
  }

  /**
   * The thread of this id; the same object each time. It need not exist yet.
   * @throws ThroughlineError `invalid_input` when no thread can have the id
   */
  thread(id: string): Thread {
    const found = this.#threads.get(id);
    if (found !== undefined) return found;
    if (id === "" || id.length > MOST_ID_LENGTH) throw new ThroughlineError("invalid_input", "This is no thread's id.");
    const thread: Thread = new Thread(id, {
      system: this.#system,
      ownId: this.clientId,
      connect: () => this.#connectIfWanted(),
      needed: () => this.#threads.keep(thread),
      send: (frame) => {
        this.#connectIfWanted();
        return this.#link.send(frame);
      },
      post: (frame, waits) => this.#post(frame, waits),
      withdraw: (isIt) => this.#outbox.withdraw(isIt),
      moved: (more) => this.#behind.set(this.#behind.peek() + more),
    });
    this.#threads.keep(thread);
    if (this.#hasRestored) thread.sendRestored();
    return thread;
  }

  /** Connects; at once if it waits to. */
  connect(): void {
    this.#isWanted = true;
    this.#link.connect();
    this.sendRestored();
  }

  /**
   * Sends what a reload has left behind, in whichever thread, and connects where there is something. The
   * first connection does so by itself: call it on a page that may not need one.
   */
  sendRestored(): void {
    if (this.#hasRestored || !this.#isWanted || this.#isClosed) return;
    this.#hasRestored = true;
    for (const thread of this.#threads) thread.sendRestored();
    for (const id of threadsWithOutgoing(this.#system.storage.tab)) this.thread(id);
  }

  /** Detaches; what runs goes on. Threads keep what they know and go on from there after `connect`. */
  disconnect(): void {
    this.#isWanted = false;
    this.#link.disconnect();
  }

  /** Tries again at once if it waits to; makes sure that the server is there if it does not. */
  retry(): void {
    if (this.#link.state.get().state === "reconnecting") this.#link.connect();
    else this.#link.nudge();
  }

  /** Brings the server a new token without a break. */
  renewToken(): void {
    this.#link.renewToken();
  }

  /** Whether it was closed: another has to take its place. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends it for good: what waits is given up with `client_closed`. Safe to repeat. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.close();
    this.#outbox.close();
    for (const thread of this.#threads) thread.close();
  }

  /**
   * Signs out: closes it, and forgets what it keeps in this tab for the next page: messages that were not
   * sent, are not shown yet or have failed, and its id. Whoever signs in next gets another client.
   */
  forget(): void {
    this.close();
    const { tab } = this.#system.storage;
    for (const id of threadsWithOutgoing(tab)) this.thread(id).forget(true);
    tab.set(CLIENT_KEY, null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @returns a function that ends it */
  on<Name extends keyof ClientEvents>(name: Name, listener: (payload: ClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  #post(frame: CommandFrame, waits: Waits | undefined): Promise<PositiveAck> {
    if (this.#isClosed) return Promise.reject(new ThroughlineError("client_closed", "The client was closed."));
    this.#connectIfWanted();
    return this.#outbox.add(frame, waits);
  }

  #connectIfWanted(): void {
    this.sendRestored();
    if (this.#isWanted && this.#link.state.get().state === "disconnected") this.#link.connect();
  }

  #receive(frame: NativeServerFrame): void {
    if (frame.type === "ack") this.#outbox.acknowledged(frame);
    else if ("thread" in frame) this.#threads.get(frame.thread)?.receive(frame);
  }

  #ended(): void {
    this.#outbox.ended();
    for (const thread of this.#threads) thread.disconnected();
  }
}

/**
 * Makes a client. Nothing is sent or opened before something is followed or sent.
 * @throws ThroughlineError `invalid_input` when the address or the transports cannot be
 */
export function createClient(options: ClientOptions): Client {
  const server = serverOf(options);
  return new Client(options, (parts) => createNativeLink({ ...server, ...parts }));
}

/**
 * What a link has to know of the server, with the defaults.
 * @throws ThroughlineError `invalid_input`
 */
export function serverOf(
  options: ClientOptions,
): Pick<NativeLinkOptions, "url" | "transports" | "name" | "token" | "policy"> {
  const { name, token, transports = TRANSPORTS, policy = backoff() } = options;
  if (transports.length === 0) throw new ThroughlineError("invalid_input", "`transports` names none.");
  return { url: baseUrl(options.url), transports, name: name?.slice(0, MOST_NAME_LENGTH), token, policy };
}

/** @throws ThroughlineError `invalid_input` */
function baseUrl(url: string): string {
  const base = url.replace(/^ws/, "http").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(base)) throw new ThroughlineError("invalid_input", `"${url}" is no server's address.`);
  return base;
}

export function systemOf({ system, storage }: Pick<ClientOptions, "storage" | "system">): ClientSystem {
  return { ...platformSystem(), ...system, ...(storage !== undefined && { storage }) };
}
