import {
  type Clock,
  type Command,
  type Cursor,
  type JsonObject,
  type Logger,
  type Outcome,
  ThroughlineError,
  type Timer,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { websocketFraming } from "../delivery/framing.ts";
import type { Sink } from "../delivery/sink.ts";
import type { Subscription } from "../delivery/subscription.ts";
import type { Address, Mount } from "../dialects/registry.ts";
import type { Runs } from "../runs/runs.ts";
import { checkId } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import type { Clients, ConnectedClient } from "./clients.ts";
import type { Leaves } from "./leaves.ts";
import { type Rate, RateLimit } from "./rate.ts";

/** What every session works with. */
export interface SessionPorts {
  readonly threads: Threads;
  readonly runs: Runs;
  readonly delivery: Delivery;
  readonly clients: Clients;
  readonly leaves: Leaves;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rate: Rate;
}

/** How many frames of a client may wait while an earlier one is worked on. */
const MAX_WAITING = 256;

/**
 * One client's connection in one dialect, whatever socket carries it: greets, follows the thread,
 * and carries out what the client's frames ask for, one after another.
 */
export class Session implements ConnectedClient {
  readonly dialect: string;
  readonly clientId: string;
  readonly #ports: SessionPorts;
  readonly #mount: Mount;
  readonly #address: Address;
  readonly #principal: Principal;
  readonly #sink: Sink;
  readonly #limit: RateLimit;
  #work: Promise<void>;
  #waiting = 0;
  #thread: Thread | undefined;
  #subscription: Subscription | undefined;
  #idle: Timer | undefined;
  #closed = false;

  /** @throws invalid_input when an id of the address cannot be one */
  constructor(options: {
    readonly ports: SessionPorts;
    readonly mount: Mount;
    readonly address: Address;
    readonly principal: Principal;
    readonly sink: Sink;
    readonly cursor: Cursor | undefined;
  }) {
    this.dialect = options.mount.dialect.name;
    this.clientId = checkId("client_id", options.address.clientId);
    checkId("thread_id", options.address.threadId);
    this.#ports = options.ports;
    this.#mount = options.mount;
    this.#address = options.address;
    this.#principal = options.principal;
    this.#sink = options.sink;
    this.#limit = new RateLimit(options.ports.rate, options.ports.clock);
    authorize(this.#principal, "read", this.#address.threadId);
    this.#work = this.#open(options.cursor).catch((error: unknown) => this.#fail(error));
  }

  /** A text frame of the client's. */
  handleText(text: string): void {
    if (this.#closed) return;
    this.#watchIdle();
    if (!this.#limit.take() || this.#waiting >= MAX_WAITING) {
      this.#sink.end("rate");
      return;
    }
    this.#waiting += 1;
    this.#work = this.#work.then(async () => {
      this.#waiting -= 1;
      await this.#handleFrame(text);
    });
  }

  /** The connection is gone. */
  handleClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#idle?.cancel();
    this.#subscription?.close();
    if (this.#thread === undefined) return;
    this.#ports.clients.remove(this);
    if (this.#mount.dialect.cancelsOnLeave === true)
      this.#ports.leaves.left(this.#presence, () => void this.#cancelOwn());
  }

  tell(frame: JsonObject): void {
    if (!this.#closed) this.#sink.write(websocketFraming.plain(frame));
  }

  get #presence(): string {
    return `${this.#principal.tenant}/${this.#address.threadId}/${this.clientId}`;
  }

  async #open(cursor: Cursor | undefined): Promise<void> {
    const { threads, delivery, clients, leaves, clock } = this.#ports;
    const thread = await threads.ensure(this.#principal.tenant, this.#address.threadId);
    if (this.#closed) return;
    this.#thread = thread;
    clients.add(this);
    if (this.#mount.dialect.cancelsOnLeave === true) leaves.arrived(this.#presence);
    const { dialect } = this.#mount;
    const client = { clientId: this.clientId, epoch: thread.epoch, lastSeq: thread.head, now: clock.now() };
    const greeting = dialect.greet(delivery.contextOf(thread), client);
    if (greeting !== undefined) this.tell(greeting);
    this.#watchIdle();
    const subscription = await delivery.follow({
      thread,
      dialect,
      framing: websocketFraming,
      sink: this.#sink,
      cursor,
    });
    this.#subscription = subscription;
    if (this.#closed) subscription.close();
  }

  async #handleFrame(text: string): Promise<void> {
    if (this.#closed) return;
    const { commands, replies } = this.#mount.dialect.decode(text, this.#ports.clock.now());
    for (const reply of replies) this.tell(reply);
    for (const command of commands) {
      const outcome = await this.#carryOut(command);
      const answer = this.#mount.dialect.acknowledge(command, outcome, this.#ports.clock.now());
      if (answer !== undefined) this.tell(answer);
    }
  }

  async #carryOut(command: Command): Promise<Outcome> {
    try {
      return await this.#do(command);
    } catch (cause) {
      const error = ThroughlineError.from(cause);
      if (error.code === "internal")
        this.#ports.logger.error("a command failed", { command: command.type, error: cause });
      return { ok: false, code: error.code, message: error.message };
    }
  }

  async #do(command: Command): Promise<Outcome> {
    const { runs } = this.#ports;
    const { threadId, agent } = this.#address;
    const commandId = command.id === undefined ? undefined : `${this.clientId}:${checkId("id", command.id)}`;
    switch (command.type) {
      case "start": {
        const { runId, input } = command;
        const start = { runId, agent: command.agent ?? agent, input, clientId: this.clientId, commandId };
        return done(await runs.start(this.#principal, threadId, start));
      }
      case "cancel":
        return done(await runs.cancel(this.#principal, threadId, command.runId, commandId));
      case "answer": {
        const { interruptId, answer } = command;
        return done(await runs.answer(this.#principal, threadId, { interruptId, answer, commandId }));
      }
      case "pause":
        return { ok: true, runId: await runs.pause(this.#principal, threadId, command.runId) };
      case "resume":
        return { ok: true, runId: await runs.resume(this.#principal, threadId, command.runId) };
    }
  }

  /** Asks a client that has been silent for long whether it is still there. */
  #watchIdle(): void {
    const { idle } = this.#mount.dialect;
    if (idle === undefined || this.#closed) return;
    this.#idle?.cancel();
    this.#idle = this.#ports.clock.setTimeout(() => {
      this.tell(idle.frame);
      this.#watchIdle();
    }, idle.afterMs);
  }

  async #cancelOwn(): Promise<void> {
    try {
      const cancelled = await this.#ports.runs.cancelOf(this.#principal, this.#address.threadId, this.clientId);
      if (cancelled > 0)
        this.#ports.logger.debug("cancelled the runs of a client that left", { clientId: this.clientId });
    } catch (error) {
      this.#ports.logger.error("could not cancel the runs of a client that left", { error });
    }
  }

  #fail(cause: unknown): void {
    const error = ThroughlineError.from(cause);
    this.#ports.logger.warn("a session could not open", { code: error.code, error: cause });
    if (this.#closed) return;
    this.tell(this.#mount.dialect.error(error.code, error.message, this.#ports.clock.now()));
    this.#sink.end("failed");
  }
}

function done(started: { readonly runId: string; readonly duplicate: boolean }): Outcome {
  return { ok: true, ...started };
}
