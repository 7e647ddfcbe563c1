import type { Command } from "./commands.ts";
import type { ThreadEvent } from "./events.ts";
import type { JsonObject } from "./json.ts";
import type { ErrorCode } from "./errors.ts";

/** What a dialect may know of the thread it speaks about. The same for every client of the thread. */
export interface DialectContext {
  readonly threadId: string;
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
}

/** How a command ended, as told to the client that gave it. */
export type Outcome =
  | { readonly ok: true; readonly runId?: string; readonly duplicate?: boolean }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/**
 * A wire protocol, pure and without I/O. Adding one is one file and one line in the registry.
 *
 * `step` must be a pure function of the state and the event, and its state must begin anew at each
 * RUN_STARTED: it may carry nothing from one run into the next. That makes the start of a run a
 * checkpoint, from which any later position's state is rebuilt, so that a replay gives the very
 * frames that were sent live.
 */
export interface Dialect<State = unknown> {
  readonly name: string;
  /** The state between runs. */
  readonly initial: State;
  step(state: State, at: ThreadEvent, context: DialectContext): Step<State>;
  /** What a frame of the client means. Must not throw, whatever the text. */
  decode(text: string, now: number): Decoded;
  /** The first frame to one client; absent where the protocol has none. */
  greet(
    context: DialectContext,
    client: { readonly clientId: string; readonly epoch: string; readonly lastSeq: number; readonly now: number },
  ): JsonObject | undefined;
  /** Tells that the cursor could not be honoured; what a late joiner gets follows. */
  reset(reason: ResetReason, at: { readonly epoch: string; readonly lastSeq: number }): JsonObject;
  /** The answer to a command; absent where the protocol has none. */
  acknowledge(command: Command, outcome: Outcome, now: number): JsonObject | undefined;
  /** How this dialect says that something went wrong outside a run. */
  error(code: ErrorCode, message: string, now: number): JsonObject;
  /** Sent to a client that was silent for `idle.afterMs`; absent where the protocol has none. */
  readonly idle?: { readonly afterMs: number; readonly frame: JsonObject };
  /** Whether leaving cancels the client's own run, after the grace the gateway is configured with. */
  readonly cancelsOnLeave?: boolean;
  /**
   * What one without a cursor gets before what comes: `all` events of the thread, those of the `run`
   * that goes on, or none (`live`).
   */
  readonly lateJoin: "all" | "run" | "live";
}

/**
 * Why a cursor could not be honoured: `epoch` = the stream was made anew since; `ahead` = it lies
 * beyond the end; `trimmed` = what follows it is no longer kept.
 */
export type ResetReason = "epoch" | "ahead" | "trimmed";
