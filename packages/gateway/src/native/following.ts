import {
  type Cursor,
  encodeView,
  ERRORS,
  type ErrorCode,
  type From,
  type Logger,
  parseCursor,
  type ResetReason,
  ThroughlineError,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { EndReason, Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";
import { agui } from "../dialects/agui.ts";
import { checkId } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import { type Carrier, show, tell } from "./carrier.ts";

export interface FollowingPorts {
  readonly threads: Threads;
  readonly delivery: Delivery;
  readonly logger: Logger;
}

/** Why a thread that was followed is followed no more, where the connection stays. */
const ENDED: Partial<Record<EndReason, readonly [code: ErrorCode, message: string]>> = {
  gone: ["not_found", "The thread was deleted."],
  failed: ["unavailable", "The thread cannot be read just now; subscribe again from your position."],
};

/**
 * One thread that a client follows over its carrier, which others share (N9): the thread's part of the
 * sending side. What ends the thread's part leaves the connection be (N15).
 */
export class Following implements Sink {
  readonly threadId: string;
  readonly #ports: FollowingPorts;
  readonly #carrier: Carrier;
  readonly #principal: Principal;
  readonly #from: From;
  readonly #ended: () => void;
  #thread: Thread | undefined;
  #subscription: Subscription | undefined;
  #closed = false;

  /** @param options `ended`: called when the server ends it */
  constructor(options: {
    readonly ports: FollowingPorts;
    readonly carrier: Carrier;
    readonly principal: Principal;
    readonly threadId: string;
    readonly from: From;
    readonly ended: () => void;
  }) {
    this.threadId = options.threadId;
    this.#ports = options.ports;
    this.#carrier = options.carrier;
    this.#principal = options.principal;
    this.#from = options.from;
    this.#ended = options.ended;
  }

  /** Begins, or tells why not (N15). Whether it has begun. Never rejects. */
  async open(): Promise<boolean> {
    try {
      authorize(this.#principal, "read", checkId("thread", this.threadId));
      const cursor = cursorOf(this.#from);
      await this.#follow(cursor, (thread, refusal) => this.#begin(thread, cursor, refusal));
      return !this.#closed;
    } catch (cause) {
      this.#fail(cause);
      return false;
    }
  }

  /** How many of the thread's events the client has not been sent yet. */
  get lag(): number {
    return this.#thread === undefined ? 0 : this.#thread.head - (this.#subscription?.cursor ?? this.#thread.head);
  }

  /** Nothing more is written. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.close();
  }

  get buffered(): number {
    return this.#carrier.sink.buffered;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#carrier.sink.write(bytes);
    this.#carrier.news?.();
  }

  onceDrained(listener: () => void): void {
    this.#carrier.sink.onceDrained(listener);
  }

  /** Places are the client's to remember here. */
  ping(): void {}

  end(reason: EndReason): void {
    if (this.#closed) return;
    if (reason === "moved") return this.#goOn();
    const ended = ENDED[reason];
    // What is about the connection, such as its slowness, is no matter of one thread.
    if (ended === undefined) return this.#carrier.sink.end(reason);
    this.#refuse(...ended);
  }

  async #follow(cursor: Cursor | undefined, begin: (thread: Thread, refusal?: ResetReason) => number): Promise<void> {
    const { threads, delivery } = this.#ports;
    const thread = await threads.open(this.#principal.tenant, this.threadId);
    if (this.#closed) return;
    this.#thread = thread;
    const subscription = await delivery.follow({
      thread,
      dialect: agui,
      framing: this.#carrier.framing,
      sink: this,
      cursor,
      begin: (refusal) => begin(thread, refusal),
    });
    if (this.#closed) subscription.close();
    else this.#subscription = subscription;
  }

  /** Tells where it begins (N9, N10), and how things stand where it cannot begin there (N13). */
  #begin(thread: Thread, cursor: Cursor | undefined, refusal: ResetReason | undefined): number {
    const { epoch, head } = thread;
    const place = { thread: this.threadId, epoch };
    if (refusal !== undefined) this.#tell({ type: "reset", ...place, last_seq: head, reason: refusal });
    const after = refusal === undefined ? (cursor?.seq ?? (this.#from === "start" ? 0 : head)) : head;
    const shown = refusal !== undefined || this.#from === "view";
    const view = shown ? { view: encodeView(thread.view, epoch) } : {};
    if (!this.#closed) show(this.#carrier, { type: "subscribed", ...place, after, head, ...view });
    // Being told the place that one has named is no news.
    if (refusal !== undefined || cursor === undefined) this.#carrier.news?.();
    return after;
  }

  #tell(frame: Parameters<typeof tell>[1]): void {
    if (!this.#closed) tell(this.#carrier, frame);
  }

  /** A fork has taken the name of a thread that had no event yet: its events follow (N14). */
  #goOn(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#follow({ seq: 0 }, (thread, refusal) =>
      refusal === undefined ? 0 : this.#begin(thread, undefined, refusal),
    ).catch((cause: unknown) => this.#fail(cause));
  }

  #fail(cause: unknown): void {
    const error = ThroughlineError.from(cause);
    if (error.code === "internal") this.#ports.logger.error("a thread could not be followed", { error: cause });
    this.#refuse(error.code, error.code === "internal" ? ERRORS.internal.remedy : error.message);
  }

  #refuse(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.#tell({ type: "unsubscribed", thread: this.threadId, code, message });
    this.#carrier.news?.();
    this.close();
    this.#ended();
  }
}

/** @throws invalid_cursor */
function cursorOf(from: From): Cursor | undefined {
  if (typeof from === "string") return undefined;
  const cursor = parseCursor(from.after);
  if (cursor === undefined) throw new ThroughlineError("invalid_cursor", "A position is SEQ or EPOCH.SEQ.");
  return cursor;
}
