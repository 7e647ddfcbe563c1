import type { Command } from "./commands.ts";
import type { Cursor } from "./cursor.ts";
import type { ThreadEvent } from "./events.ts";
import type { JsonObject } from "./json.ts";
import type { ErrorCode } from "./errors.ts";
import type { ThreadView } from "./view/view.ts";

/** What a dialect may know of the thread it speaks about. The same for every client of the thread. */
export interface DialectContext {
  readonly threadId: string;
  /** What the thread's seqs belong to; "" where the thread could not be opened. */
  readonly epoch: string;
  /** Base for links in frames, such as a chart's page: `http://host:port`, no slash at the end. */
  readonly origin: string;
}

/** What one call of {@link Dialect.step} gives. */
export interface Step<State> {
  readonly state: State;
  /** The frame that stands for the event, without its `seq`; absent when the dialect passes it over. */
  readonly frame?: JsonObject;
}

/** What a client's frame means. */
export interface Decoded {
  /** What it asks for, in order. */
  readonly commands: readonly Command[];
  /** Frames that answer at once, with no thread involved: a pong, an error. */
  readonly replies: readonly JsonObject[];
  /** Counted, not answered: this dialect ignores frames it does not know. */
  readonly ignored?: boolean;
  /** The client wants to know about its connection; see {@link Dialect.describe}. */
  readonly asks?: "status";
  /** The client wants to follow the thread from here on, where one connection may follow several. */
  readonly follow?: FollowWish;
}

/** From where a client wants to follow a thread. */
export interface FollowWish {
  /** What the client has; absent = what a late joiner has. */
  readonly cursor?: Cursor;
  /** Whether the view is to follow what was missed, even where the thread is followed already. */
  readonly view: boolean;
}

/** How a command ended, as told to the client that gave it. */
export type Outcome =
  | { readonly ok: true; readonly runId?: string; readonly duplicate?: boolean }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** A client as a dialect greets it. */
export interface Joining {
  readonly clientId: string;
  readonly epoch: string;
  readonly lastSeq: number;
  /** The thread as it stands, for greetings that show it. */
  readonly view: ThreadView;
  readonly now: number;
}

/** What is known of a connection, for dialects whose clients may ask. */
export interface ConnectionInfo {
  readonly clientId: string;
  /** How many connections follow the thread in this dialect. */
  readonly clients: number;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  readonly view: ThreadView;
}

/** A frame for a late joiner, and the event it stands for. */
export interface Replayed {
  readonly seq: number;
  readonly frame: JsonObject;
}

/**
 * A wire protocol, pure and without I/O. Adding one is one file and one line in the registry.
 *
 * `step` must be a pure function of the state and the event, and its state must begin anew at each
 * RUN_STARTED: it may carry nothing from one run into the next. That makes the start of a run a
 * checkpoint, from which any later position's state is rebuilt, so that a replay gives the very
 * frames that were sent live.
 *
 * The optional members are what the protocol promises beyond that, as data; who keeps the promise is
 * the session.
 */
export interface Dialect<State = unknown> {
  readonly name: string;
  /** The state between runs. */
  readonly initial: State;
  /** Whether the state is always that one: then nothing before a position needs to be read to begin there. */
  readonly stateless?: boolean;
  step(state: State, at: ThreadEvent, context: DialectContext): Step<State>;
  /** What a frame of the client means. Must not throw, whatever the text. */
  decode(text: string, context: DialectContext, now: number): Decoded;
  /** The first frame to one client; absent where the protocol has none. */
  greet(context: DialectContext, joining: Joining): JsonObject | undefined;
  /** Tells that the cursor could not be honoured; what a late joiner gets follows. */
  reset(
    context: DialectContext,
    reason: ResetReason,
    at: { readonly epoch: string; readonly lastSeq: number; readonly now: number },
  ): JsonObject;
  /** The answer to a command; absent where the protocol has none. */
  acknowledge(command: Command, outcome: Outcome, context: DialectContext, now: number): JsonObject | undefined;
  /** How this dialect says that something went wrong outside a run. */
  error(code: ErrorCode, message: string, context: DialectContext, now: number): JsonObject;
  /**
   * What one without a cursor gets before what comes: `all` events of the thread, those of the `run`
   * that goes on, what {@link snapshot} makes of the `view`, or nothing (`live`).
   */
  readonly lateJoin: "all" | "run" | "view" | "live";
  /** Frames that stand for what is in force, in order; with `lateJoin: "view"`. */
  snapshot?(view: ThreadView, context: DialectContext): readonly Replayed[];
  /** The answer to `asks: "status"`. */
  describe?(info: ConnectionInfo, context: DialectContext, now: number): JsonObject;
  /** What the thread's other clients of this dialect are told when one comes or goes. */
  readonly peers?: {
    joined(clientId: string, context: DialectContext, now: number): JsonObject;
    left(clientId: string, context: DialectContext, now: number): JsonObject;
  };
  /** Sent to a client that was silent for `afterMs`, again and again. */
  readonly idle?: { readonly afterMs: number; readonly frame: JsonObject };
  /** A client that was silent for this long is closed. */
  readonly staleAfterMs?: number;
  /** Whether leaving cancels the client's own run, after the grace the gateway is configured with. */
  readonly cancelsOnLeave?: boolean;
  /**
   * Whether a client that returns under its own id, without a cursor, gets what it missed. Its place is
   * what it last acknowledged, so some frames may come twice, none is skipped (D1).
   */
  readonly remembersClients?: boolean;
}

/**
 * Why a cursor could not be honoured: `epoch` = the stream was made anew since; `ahead` = it lies
 * beyond the end; `trimmed` = what follows it is no longer kept.
 */
export type ResetReason = "epoch" | "ahead" | "trimmed";
