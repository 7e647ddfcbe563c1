import {
  type Clock,
  type Cursor,
  type Dialect,
  type JsonObject,
  type Logger,
  ThroughlineError,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { websocketFraming } from "../delivery/framing.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";
import { Unread } from "../delivery/unread.ts";
import { Views } from "../delivery/views.ts";
import type { Address, Mount } from "../dialects/registry.ts";
import type { Runs } from "../runs/runs.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { checkId } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import { carryOut } from "./carry-out.ts";
import type { ClientMemory } from "./client-memory.ts";
import type { Clients, ConnectedClient } from "./clients.ts";
import type { Leaves } from "./leaves.ts";
import { type Rate, RateLimit } from "./rate.ts";
import { Remembrance } from "./remembrance.ts";
import { Silence } from "./silence.ts";

/** What every session works with. */
export interface SessionPorts {
  readonly threads: Threads;
  readonly runs: Runs;
  readonly delivery: Delivery;
  readonly clients: Clients;
  readonly leaves: Leaves;
  readonly memory: ClientMemory;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly rate: Rate;
}

/** How many frames of a client may wait while an earlier one is worked on. */
const MAX_WAITING = 256;

/**
 * One client's connection in one dialect, whatever socket carries it: greets, follows the thread,
 * carries out what the client's frames ask for, one after another, and keeps what the dialect
 * promises beside (peers, silence, leaving, coming back).
 */
export class Session implements ConnectedClient {
  readonly dialect: string;
  readonly tenant: string;
  readonly threadId: string;
  readonly clientId: string;
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly #ports: SessionPorts;
  readonly #mount: Mount;
  readonly #protocol: Dialect;
  readonly #address: Address;
  readonly #principal: Principal;
  readonly #sink: Sink;
  readonly #limit: RateLimit;
  readonly #unread = new Unread();
  readonly #views: Views;
  readonly #remembrance: Remembrance | undefined;
  readonly #silence: Silence;
  readonly #openedAt: number;
  #lastSeenAt: number;
  #work: Promise<void>;
  #waiting = 0;
  #thread: Thread | undefined;
  #subscription: Subscription | undefined;
  #closed = false;

  /** @throws forbidden, or invalid_input when an id of the address cannot be one */
  constructor(options: {
    readonly ports: SessionPorts;
    readonly mount: Mount;
    readonly address: Address;
    readonly connectionId: string;
    readonly principal: Principal;
    readonly sink: Sink;
    readonly cursor: Cursor | undefined;
  }) {
    this.#ports = options.ports;
    this.#mount = options.mount;
    this.#protocol = options.mount.dialect;
    this.#address = options.address;
    this.#principal = options.principal;
    this.#sink = options.sink;
    this.#limit = new RateLimit(options.ports.rate, options.ports.clock);
    this.#views = new Views(options.sink, options.ports.clock);
    this.dialect = this.#protocol.name;
    this.tenant = this.#principal.tenant;
    this.clientId = checkId("client_id", this.#address.clientId);
    this.threadId = checkId("thread_id", this.#address.threadId);
    this.connectionId = options.connectionId;
    this.connectedAt = this.#ports.clock.now();
    this.#lastSeenAt = this.connectedAt;
    authorize(this.#principal, "read", this.threadId);
    const { memory, clock, logger } = this.#ports;
    const kept = { memory, place: this, sink: this.#sink, clock, logger };
    this.#remembrance = this.#protocol.remembersClients === true ? new Remembrance(kept) : undefined;
    this.#silence = new Silence({
      clock,
      dialect: this.#protocol,
      tell: (frame) => this.tell(frame),
      stale: () => this.#sink.end("stale"),
    });
    this.#openedAt = this.#ports.clock.monotonic();
    this.#ports.telemetry.connectionOpened(this.dialect, "websocket", options.cursor !== undefined);
    this.#note("connection.opened", { resumed: options.cursor !== undefined });
    this.#work = this.#open(options.cursor).catch((error: unknown) => this.#fail(error));
  }

  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  get lag(): number {
    return this.#thread === undefined ? 0 : this.#thread.head - (this.#subscription?.cursor ?? this.#thread.head);
  }

  /** A text frame of the client's. */
  handleText(text: string): void {
    if (this.#closed) return;
    this.#lastSeenAt = this.#ports.clock.now();
    this.#silence.begin();
    if (!this.#limit.take() || this.#waiting >= MAX_WAITING) {
      this.#sink.end("rate");
      return;
    }
    this.#waiting += 1;
    this.#work = this.#work.then(async () => {
      this.#waiting -= 1;
      await this.#handleFrame(text).catch((error: unknown) => this.#fail(error));
    });
  }

  handlePong(payload: string): void {
    this.#remembrance?.handlePong(payload);
  }

  /** The connection is gone. */
  handleClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#views.close();
    this.#silence.close();
    this.#subscription?.close();
    this.#remembrance?.close();
    const seconds = (this.#ports.clock.monotonic() - this.#openedAt) / 1_000;
    this.#ports.telemetry.connectionClosed(this.dialect, "websocket", seconds);
    this.#note("connection.closed", { seconds: Math.round(seconds) });
    if (this.#thread === undefined) return;
    const { clients, leaves, delivery, clock } = this.#ports;
    clients.remove(this);
    const context = delivery.contextOf(this.#thread);
    this.#tellPeers(this.#protocol.peers?.left(this.clientId, context, clock.now()));
    if (this.#protocol.cancelsOnLeave === true) leaves.left(this.#presence, () => void this.#cancelOwn());
  }

  tell(frame: JsonObject): void {
    if (this.#closed) return;
    const bytes = websocketFraming.plain(frame);
    if (this.#unread.admits(bytes.length, this.#sink.buffered)) this.#sink.write(bytes);
    else this.#sink.end("slow");
  }

  end(reason: EndReason): void {
    this.#sink.end(reason);
  }

  #note(action: string, details: JsonObject): void {
    const { dialect, tenant, threadId, clientId } = this;
    this.#ports.audit.note({ action, dialect, tenant, threadId, clientId, subject: this.#principal.subject, details });
  }

  get #presence(): string {
    return `${this.tenant}/${this.threadId}/${this.clientId}`;
  }

  async #open(asked: Cursor | undefined): Promise<void> {
    const { threads, delivery } = this.#ports;
    const thread =
      this.#mount.threadMustExist === true
        ? await threads.find(this.tenant, this.threadId)
        : await threads.ensure(this.tenant, this.threadId);
    const cursor = asked ?? (await this.#recall());
    if (this.#closed) return;
    const subscription = await delivery.follow({
      thread,
      dialect: this.#protocol,
      framing: websocketFraming,
      sink: this.#sink,
      cursor,
      joining: () => this.#join(thread),
    });
    this.#subscription = subscription;
    if (this.#closed) subscription.close();
    else if (this.#remembrance !== undefined) await this.#beRemembered(thread, subscription);
  }

  /** Greets the client and makes it known to others. */
  #join(thread: Thread): void {
    if (this.#closed) return;
    const { delivery, clients, leaves, clock } = this.#ports;
    this.#thread = thread;
    const context = delivery.contextOf(thread);
    const now = clock.now();
    const joining = { clientId: this.clientId, epoch: thread.epoch, lastSeq: thread.head, view: thread.view, now };
    const greeting = this.#protocol.greet(context, joining);
    if (greeting !== undefined) this.#show(greeting);
    clients.add(this);
    this.#tellPeers(this.#protocol.peers?.joined(this.clientId, context, now));
    if (this.#protocol.cancelsOnLeave === true) leaves.arrived(this.#presence);
    this.#silence.begin();
  }

  async #recall(): Promise<Cursor | undefined> {
    if (this.#remembrance === undefined || !this.#address.named) return undefined;
    return this.#ports.memory.recall(this);
  }

  /** From now on the client's place is kept; it gets what was sent to it while it was away. */
  async #beRemembered(thread: Thread, subscription: Subscription): Promise<void> {
    const mail = await this.#remembrance?.begin(thread, subscription);
    for (const frame of mail?.frames ?? []) this.tell(frame);
    if (mail === undefined || mail.dropped === 0) return;
    const { delivery, clock } = this.#ports;
    const text = `${mail.dropped} older messages to you were dropped while you were away.`;
    this.tell(this.#protocol.error("messages_dropped", text, delivery.contextOf(thread), clock.now()));
  }

  async #handleFrame(text: string): Promise<void> {
    if (this.#closed || this.#thread === undefined) return;
    const { delivery, clock } = this.#ports;
    const context = delivery.contextOf(this.#thread);
    const { commands, replies, asks, ignored } = this.#protocol.decode(text, context, clock.now());
    if (ignored === true) this.#ports.telemetry.frameIgnored(this.dialect);
    for (const reply of replies) this.tell(reply);
    const thread = this.#thread;
    if (asks === "status") await this.#views.give(() => this.#describe(thread));
    for (const command of commands) {
      const by = { principal: this.#principal, address: this.#address, dialect: this.dialect };
      const outcome = await carryOut(this.#ports, by, command);
      const answer = this.#protocol.acknowledge(command, outcome, context, clock.now());
      if (answer !== undefined) this.tell(answer);
    }
  }

  #describe(thread: Thread): void {
    const { clients, delivery, clock } = this.#ports;
    const { clientId, connectedAt } = this;
    const info = { clientId, connectedAt, clients: clients.following(this).size, view: thread.view };
    const answer = this.#protocol.describe?.(info, delivery.contextOf(thread), clock.now());
    if (answer !== undefined) this.#show(answer);
  }

  /** Sends what may hold a view, to a client that has room for it. */
  #show(frame: JsonObject): void {
    if (!this.#closed) this.#sink.write(websocketFraming.plain(frame));
  }

  #tellPeers(frame: JsonObject | undefined): void {
    if (frame === undefined) return;
    for (const client of this.#ports.clients.following(this)) if (client !== this) client.tell(frame);
  }

  async #cancelOwn(): Promise<void> {
    try {
      const cancelled = await this.#ports.runs.cancelOf(this.#principal, this.threadId, this.clientId);
      if (cancelled > 0) this.#note("cancel", { outcome: "ok", cause: "the client left", runs: cancelled });
      if (cancelled > 0)
        this.#ports.logger.debug("cancelled the runs of a client that left", { clientId: this.clientId });
    } catch (error) {
      this.#ports.logger.error("could not cancel the runs of a client that left", { error });
    }
  }

  #fail(cause: unknown): void {
    const { delivery, logger, clock } = this.#ports;
    const error = ThroughlineError.from(cause);
    logger.warn("a session failed", { code: error.code, error: cause });
    if (this.#closed) return;
    const context = delivery.contextOf(this.#thread ?? { id: this.threadId, epoch: "" });
    this.tell(this.#protocol.error(error.code, error.message, context, clock.now()));
    this.#sink.end(error.code === "not_found" ? "gone" : "failed");
  }
}
