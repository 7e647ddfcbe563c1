import { type JsonObject, ThroughlineError } from "@throughline/protocol";
import type { SeededRandom } from "@throughline/testing";
import { hashOf } from "../history.ts";
import type { ClientPlan, NetworkFault, Transport } from "../plan.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { Surroundings } from "./surroundings.ts";

const AGAIN_MS = 120;

/** Where one stands who was reset, as a late joiner does; undefined until it is given something. */
const AFTER_RESET: Readonly<Record<Transport, (lastSeq: number) => number | undefined>> = {
  sse: () => 0,
  poll: () => 0,
  tasks: (lastSeq) => lastSeq,
  native: (lastSeq) => lastSeq,
  websocket: () => undefined,
  chat: () => undefined,
  chart: () => undefined,
};

/**
 * A client that follows a thread and comes back, with its position, whenever it is cut off. All that
 * it is given goes on record.
 */
export class Follower {
  readonly plan: ClientPlan;
  readonly #world: Surroundings;
  readonly #random: SeededRandom;
  /** Frames that answer this client's cancels, in the order they were sent. */
  readonly #cancels: { readonly answered: (success: boolean | undefined) => void }[] = [];
  #connection: Connection | undefined;
  /** Seq of the last event it was given; undefined = it joins late. */
  #position: number | undefined;
  #joinedAt = 0;
  #epoch = "";
  #count = 0;
  #mostBuffered = 0;
  #stopped = false;

  constructor(plan: ClientPlan, world: Surroundings) {
    this.plan = plan;
    this.#world = world;
    this.#random = world.random.fork(plan.name);
    if (plan.from === "start") this.#position = 0;
    world.clock.setTimeout(() => this.#connect(), plan.at);
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Seq of the last event it was given, or that the thread had when it joined late. */
  get position(): number {
    return this.#position ?? this.#joinedAt;
  }

  /** The most bytes the server ever had waiting for it. */
  get mostBuffered(): number {
    return Math.max(this.#mostBuffered, this.#connection?.peakBuffered ?? 0);
  }

  fail(fault: NetworkFault, amount: number): void {
    if (this.#connection === undefined) return;
    this.#world.fault(`network ${fault}`);
    this.#connection.fail(fault, amount);
  }

  mend(): void {
    this.#connection?.mend();
  }

  /** Sends a frame; false when there is nobody to send it to. */
  send(frame: string): boolean {
    if (this.#connection === undefined || this.plan.transport !== "websocket") return false;
    this.#connection.send(frame);
    return true;
  }

  /** Sends a cancel; `answered` is told `undefined` when the connection breaks before the answer. */
  cancel(frame: string, answered: (success: boolean | undefined) => void): boolean {
    const sent = this.send(frame);
    if (sent) this.#cancels.push({ answered });
    return sent;
  }

  /** Comes back no more. Its connection stays, so that the server has somebody to send away. */
  rest(): void {
    this.#stopped = true;
    if (this.#connection !== undefined)
      this.#world.history.add({ ...this.#about, op: "resume", phase: "info", code: "stopped" });
  }

  get #about(): { conn: string; thread: string; transport: ClientPlan["transport"] } {
    const { name, thread, transport } = this.plan;
    return { conn: `${name}#${this.#count}`, thread, transport };
  }

  #connect(): void {
    if (this.#stopped) return;
    this.#count += 1;
    const about = this.#about;
    const cursor = this.#cursorText();
    this.#world.history.add({ ...about, op: "resume", phase: "invoke", ...(cursor === undefined ? {} : { cursor }) });
    let connection: Connection | undefined;
    const watch: { forget?: () => void } = {};
    const over = (reason: string): void => {
      watch.forget?.();
      if (connection !== undefined && this.#connection !== connection) return;
      this.#lose(reason);
      if (this.#stopped) return;
      this.#world.history.add({ ...about, op: "resume", phase: "info", code: reason });
      this.#world.clock.setTimeout(() => this.#connect(), AGAIN_MS);
    };
    try {
      connection = this.#open(cursor, over);
    } catch (error) {
      return over(ThroughlineError.from(error).code);
    }
    if (connection === undefined) return over("refused");
    this.#connection = connection;
    watch.forget = this.#world.onDown(() => {
      connection?.drop();
      over("server gone");
    });
  }

  #open(cursor: string | undefined, over: (reason: string) => void): Connection | undefined {
    const { thread, latencyMs, chunk, transport, name, form } = this.plan;
    return this.#world.open(
      {
        transport,
        thread,
        cursor,
        client: name,
        latencyMs,
        chunkBytes: chunk === 0 ? undefined : () => this.#random.int(1, chunk),
        asHeader: transport === "sse" && this.#random.chance(0.5),
        withEpoch: form === "epoch",
        waitSeconds: transport === "poll" ? this.#random.pick([0, 1, 20]) : 0,
        limit: transport === "poll" ? this.#random.pick([1, 7, 1_000]) : 1_000,
      },
      this.#eventsOf(over),
    );
  }

  #eventsOf(over: (reason: string) => void): ConnectionEvents {
    const { history } = this.#world;
    const about = this.#about;
    return {
      greeted: (epoch, seq) => {
        history.add({
          ...about,
          op: "resume",
          phase: "ok",
          ...(epoch === undefined ? {} : { epoch }),
          ...(seq === undefined ? {} : { seq }),
        });
        this.#epoch = epoch ?? this.#epoch;
        this.#joinedAt = seq ?? this.#joinedAt;
        // What a task was when it joined came with the greeting.
        if (this.plan.transport === "tasks") this.#position ??= seq;
        // Here the greeting says where it goes on, after a reset too.
        if (this.plan.transport === "native") this.#position = seq;
      },
      delivered: (seq, json, epoch = this.#epoch) => {
        const durable = this.#world.isDurable(this.plan.thread, seq);
        const known = durable === undefined ? {} : { flag: durable };
        history.add({ ...about, op: "deliver", phase: "ok", epoch, seq, hash: hashOf(json), ...known });
        this.#epoch = epoch;
        // What is in force in a chart does not come in the order it came about.
        this.#position = Math.max(this.#position ?? 0, seq);
      },
      reset: (epoch, seq, code) => {
        history.add({ ...about, op: "reset", phase: "ok", epoch, seq, code });
        this.#epoch = epoch;
        // What follows is what a late joiner gets.
        this.#position = AFTER_RESET[this.plan.transport](seq);
      },
      other: (frame) => this.#handleOther(about.conn, frame),
      ended: over,
    };
  }

  #handleOther(conn: string, frame: Readonly<Record<string, unknown>>): void {
    const { type, success, details } = frame;
    if (type === "cancelled" && typeof success === "boolean") this.#cancels.shift()?.answered(success);
    const { code } = { ...frame, ...(frame["data"] as JsonObject | undefined) };
    if (details === "internal" || code === "internal")
      this.#world.misdeeds.push(`${conn} was told "internal": ${JSON.stringify(frame)}`);
  }

  #lose(reason: string): void {
    this.#mostBuffered = this.mostBuffered;
    this.#connection = undefined;
    for (const { answered } of this.#cancels.splice(0)) answered(undefined);
    if (reason.includes('"internal"')) this.#world.misdeeds.push(`${this.plan.name} was refused: ${reason}`);
  }

  #cursorText(): string | undefined {
    if (this.#position === undefined) return undefined;
    return this.plan.form === "epoch" && this.#epoch !== ""
      ? `${this.#epoch}.${this.#position}`
      : String(this.#position);
  }
}
