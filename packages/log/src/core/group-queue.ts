/**
 * Group commit on the caller's side: the ops of one turn of the event loop, and all that come while
 * the store is busy, go to it together. An idle log commits at once.
 */
import { ThroughlineError, type Clock } from "@throughline/protocol";
import type { Gate } from "./gate.ts";
import type { GroupReply, Op, Outcome } from "./ops.ts";
import type { Store } from "./store.ts";

/** Bounds of one group, so that a single commit never takes long. */
const MAX_GROUP_OPS = 768;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

export interface Pending {
  readonly op: Op<readonly Uint8Array[]>;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: ThroughlineError) => void;
}

export interface GroupEvents {
  /** A group is durable: tell of it, before any of its promises resolves. */
  committed(group: readonly Pending[], outcomes: readonly Outcome[]): void;
  failed(error: ThroughlineError): void;
}

export class GroupQueue {
  readonly gate: Gate;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #events: GroupEvents;
  #pending: Pending[] = [];
  #underWay = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(store: Store, clock: Clock, gate: Gate, events: GroupEvents) {
    this.#store = store;
    this.#clock = clock;
    this.gate = gate;
    this.#events = events;
  }

  /** @throws overloaded, when it weighs too much for the queue (never with 0 bytes) */
  push(entry: Pending): void {
    this.gate.enter(entry.bytes);
    this.#pending.push(entry);
    this.#schedule();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#pending.length === 0 && this.#underWay === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Refuses what has not been handed to the store. */
  refuseAll(error: ThroughlineError): void {
    const refused = this.#pending;
    this.#pending = [];
    for (const entry of refused) this.#refuse(entry, error);
    this.#settleIdle();
  }

  // In a microtask: what the rest of this turn appends goes along.
  #schedule(): void {
    if (this.#scheduled || this.#underWay >= this.#store.pipeline || this.#pending.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#pending.length > 0) void this.#commit(this.#takeGroup());
    });
  }

  #takeGroup(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#pending) {
      bytes += entry.bytes;
      if (count > 0 && (bytes > MAX_GROUP_BYTES || count >= MAX_GROUP_OPS)) break;
      count += 1;
    }
    if (count === this.#pending.length) {
      const all = this.#pending;
      this.#pending = [];
      return all;
    }
    return this.#pending.splice(0, count);
  }

  async #commit(group: Pending[]): Promise<void> {
    this.#underWay += 1;
    const reply = this.#store.commit(
      group.map((entry) => entry.op),
      this.#clock.now(),
    );
    this.#schedule();
    this.#settle(group, await reply);
    this.#underWay -= 1;
    this.#schedule();
    this.#settleIdle();
  }

  #settle(group: Pending[], reply: GroupReply): void {
    if (reply.type === "failed") {
      const { code, message, details } = reply.refusal;
      const error = new ThroughlineError(code, message, { details: { ...details } });
      this.#events.failed(error);
      for (const entry of group) this.#refuse(entry, error);
      return;
    }
    this.#events.committed(group, reply.outcomes);
    for (let i = 0; i < group.length; i += 1) {
      const entry = group[i] as Pending;
      this.gate.leave(entry.bytes);
      entry.resolve(reply.outcomes[i] as Outcome);
    }
  }

  #refuse(entry: Pending, error: ThroughlineError): void {
    this.gate.leave(entry.bytes);
    entry.reject(error);
  }

  #settleIdle(): void {
    if (this.#pending.length > 0 || this.#underWay > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const done of idle) done();
  }
}
