import type { Clock, Cursor, Dialect, DialectContext, Logger, ResetReason } from "@throughline/protocol";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Thread } from "../threads/thread.ts";
import type { Turns } from "../turns.ts";
import { Channel } from "./channel.ts";
import { runStartBefore, stateAt } from "./dialect-state.ts";
import { Flusher } from "./flusher.ts";
import type { Framing } from "./framing.ts";
import type { Sink } from "./sink.ts";
import { type Milestone, Subscription } from "./subscription.ts";

export interface Follow {
  readonly thread: Thread;
  readonly dialect: Dialect;
  readonly framing: Framing;
  readonly sink: Sink;
  /** What the client has; absent for a late joiner. */
  readonly cursor?: Cursor | undefined;
  /** Called before the first frame: nothing is committed between this and the place where a late joiner joins. */
  readonly joining?: () => void;
  /**
   * Takes the dialect's place in what begins a subscription: tells the client, and gives the seq to go on
   * behind. Called anew when what follows turns out not to be kept any more.
   * @param refusal why the cursor cannot be honoured
   */
  readonly begin?: (refusal?: ResetReason) => number;
  /** Asked for once the subscription has begun: a place to be told of on the way, at or before the thread's head. */
  readonly milestone?: () => Milestone | undefined;
}

/** Brings the events of threads to connections, from a cursor or for a late joiner. */
export class Delivery {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #origin: string;
  readonly #flusher: Flusher;
  /** By thread as it is open now: one that is made anew has channels of its own. */
  readonly #channels = new WeakMap<Thread, Map<string, Promise<Channel>>>();

  constructor(options: {
    readonly clock: Clock;
    readonly turns: Turns;
    /** Base of links in frames. */
    readonly origin: string;
    readonly logger: Logger;
    readonly telemetry: Telemetry;
  }) {
    const { clock, turns, origin, logger, telemetry } = options;
    this.#clock = clock;
    this.#turns = turns;
    this.#origin = origin;
    this.#flusher = new Flusher({ clock, logger, telemetry });
  }

  contextOf(thread: { readonly id: string; readonly epoch: string }): DialectContext {
    return { threadId: thread.id, epoch: thread.epoch, origin: this.#origin };
  }

  /**
   * Follows a thread. A cursor that cannot be honoured is answered by a reset frame and what a late
   * joiner gets (L2); never by silence.
   * @throws corrupt, unavailable
   */
  async follow(options: Follow): Promise<Subscription> {
    const { thread, dialect, sink, cursor, begin } = options;
    const channel = await this.#openChannel(options);
    options.joining?.();
    const rejoin = (reason: ResetReason): number => {
      if (begin !== undefined) return begin(reason);
      const at = { epoch: thread.epoch, lastSeq: thread.head, now: this.#clock.now() };
      sink.write(options.framing.plain(dialect.reset(channel.context, reason, at)));
      return join(channel, sink);
    };
    const refusal = cursor === undefined ? undefined : thread.refusal(cursor);
    const enter = begin ?? (() => cursor?.seq ?? join(channel, sink));
    const from = refusal === undefined ? enter() : rejoin(refusal);
    return new Subscription({
      channel,
      sink,
      cursor: from,
      clock: this.#clock,
      turns: this.#turns,
      trimmed: () => rejoin("trimmed"),
      milestone: options.milestone?.(),
    });
  }

  /** Resolves once all that is committed has been handed to the sockets that take it. */
  flushed(): Promise<void> {
    return this.#flusher.idle();
  }

  /** The channel that all who follow the thread this way share. */
  async #openChannel(options: Follow): Promise<Channel> {
    const { thread, dialect, framing } = options;
    const name = `${dialect.name}/${framing.name}`;
    const channels = this.#channels.get(thread) ?? new Map<string, Promise<Channel>>();
    this.#channels.set(thread, channels);
    for (;;) {
      const opening = channels.get(name) ?? this.#makeChannel(options, () => void channels.delete(name));
      channels.set(name, opening);
      const channel = await opening;
      // While this waited its last subscription may have left.
      if (!channel.closed) return channel;
    }
  }

  async #makeChannel({ thread, dialect, framing }: Follow, emptied: () => void): Promise<Channel> {
    const release = thread.hold();
    try {
      const context = this.contextOf(thread);
      let at = thread.head;
      let state = await stateAt(thread, dialect, context, at, this.#turns);
      // What came in meanwhile.
      while (at < thread.head) {
        for (const event of await thread.read(at)) {
          state = dialect.step(state, event, context).state;
          at = event.seq;
        }
      }
      const turns = this.#turns;
      return new Channel({ thread, dialect, framing, context, flusher: this.#flusher, turns, at, state, emptied });
    } catch (error) {
      emptied();
      throw error;
    } finally {
      release();
    }
  }
}

/** Gives one who comes without a cursor what is in force, and the cursor to go on from. */
function join(channel: Channel, sink: Sink): number {
  const { thread, dialect, context } = channel;
  switch (dialect.lateJoin) {
    case "all":
      return 0;
    case "run": {
      const { status } = thread.view;
      return status === "running" || status === "paused" ? runStartBefore(thread, thread.head) : thread.head;
    }
    case "view":
      for (const { seq, frame } of dialect.snapshot?.(thread.view, context) ?? [])
        sink.write(channel.encode(frame, seq));
      return thread.head;
    case "live":
      return thread.head;
  }
}
