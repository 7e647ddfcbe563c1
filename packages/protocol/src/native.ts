import type { AguiEvent } from "./events.ts";
import type { Command } from "./commands.ts";
import type { ResetReason } from "./dialect.ts";
import type { ErrorCode } from "./errors.ts";
import type { ThreadJson } from "./view/wire.ts";

/**
 * The native protocol, `throughline.v1`: types only, see PROTOCOL.md for the rules. The same frames
 * travel over WebSocket (`/ws`, one JSON text frame each), over SSE (`POST /api/v1/follow`, `data:` one
 * frame) and over long-poll (the same with `wait`, answered by `{frames:[…]}`); over the
 * latter two a client's commands go to `POST /api/v1/commands`, answered by `{frames:[ack…]}`.
 * One subscription per thread and connection; a new one replaces it.
 */
export const NATIVE_PROTOCOL = "throughline.v1";

/** Where a subscription begins: everything kept, what comes now, the view and what follows, or behind a position (`EPOCH.SEQ` or `SEQ`). */
export type From = "start" | "now" | "view" | { readonly after: string };

export type NativeClientFrame =
  | HelloFrame
  | SubscribeFrame
  | UnsubscribeFrame
  | CommandFrame
  | PresenceFrame
  | { readonly type: "ping"; readonly id: string | number };

/** First on a WebSocket, within 5 s. Again later with a new token: same subject and tenant, streams go on. */
export interface HelloFrame {
  readonly type: "hello";
  /** Names a tab, device or program across its connections; made by the server when absent. */
  readonly client_id?: string;
  /** What others see of who watches. */
  readonly name?: string;
  readonly token?: string;
}

export interface SubscribeFrame {
  readonly type: "subscribe";
  readonly thread: string;
  readonly from: From;
  /** Whether to be told who watches and types, and be counted. Default true. */
  readonly presence?: boolean;
}

export interface UnsubscribeFrame {
  readonly type: "unsubscribe";
  readonly thread: string;
}

/** Answered by exactly one `ack` with the same id; a repeat of the id applies once (R4). */
export interface CommandFrame {
  readonly type: "command";
  readonly id: string;
  readonly thread: string;
  readonly command: Command | { readonly type: "fork"; readonly at?: number; readonly thread: string };
}

export interface PresenceFrame {
  readonly type: "presence";
  readonly thread: string;
  readonly typing: boolean;
}

/** The body of `POST /api/v1/follow`. */
export interface FollowRequest {
  readonly client_id?: string;
  readonly name?: string;
  readonly subscriptions: readonly Omit<SubscribeFrame, "type">[];
  /** Seconds to wait for news, for long-poll; absent for an event stream. */
  readonly wait?: number;
}

/** The body of `POST /api/v1/commands`. */
export interface CommandsRequest {
  readonly client_id: string;
  readonly frames: readonly (CommandFrame | PresenceFrame)[];
}

/** The answer to both, where it is JSON. */
export interface FramesAnswer {
  readonly frames: readonly NativeServerFrame[];
}

export type NativeServerFrame =
  | WelcomeFrame
  | SubscribedFrame
  | EventsFrame
  | ResetFrame
  | UnsubscribedFrame
  | AckFrame
  | WatchersFrame
  | { readonly type: "pong"; readonly id: string | number }
  | { readonly type: "draining"; readonly retry_after_ms: number }
  | { readonly type: "error"; readonly code: ErrorCode; readonly message: string; readonly remedy: string };

export interface WelcomeFrame {
  readonly type: "welcome";
  readonly protocol: typeof NATIVE_PROTOCOL;
  readonly client_id: string;
  /** How often to ping, in ms; a connection silent for two of them is dead. */
  readonly heartbeat_ms: number;
  readonly max_frame_bytes: number;
}

/** The answer to `subscribe`; events behind `after` follow. */
export interface SubscribedFrame {
  readonly type: "subscribed";
  readonly thread: string;
  /** "" for a thread that does not exist yet. */
  readonly epoch: string;
  readonly after: number;
  /** Seq of the thread's last event. */
  readonly head: number;
  /** With `from: "view"`: the thread folded up to `after`. */
  readonly view?: ThreadJson;
}

/** Consecutive events: `seq` is the first one's. */
export interface EventsFrame {
  readonly type: "events";
  readonly thread: string;
  readonly epoch: string;
  readonly seq: number;
  readonly events: readonly AguiEvent[];
}

/** The cursor could not be honoured; a `subscribed` with the view follows (L2). */
export interface ResetFrame {
  readonly type: "reset";
  readonly thread: string;
  readonly epoch: string;
  readonly last_seq: number;
  readonly reason: ResetReason;
}

/** A subscription the server ended or refused; the connection stays. */
export interface UnsubscribedFrame {
  readonly type: "unsubscribed";
  readonly thread: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export type AckFrame =
  | {
      readonly type: "ack";
      readonly id: string;
      readonly ok: true;
      readonly run_id?: string;
      readonly thread?: string;
      readonly duplicate?: boolean;
    }
  | {
      readonly type: "ack";
      readonly id: string;
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly remedy: string;
    };

/** Who watches a thread: all of them, each time it changes. Not stored, not numbered. */
export interface WatchersFrame {
  readonly type: "watchers";
  readonly thread: string;
  /** The first hundred, oldest first; a client with several connections stands once. */
  readonly watchers: readonly Watcher[];
  readonly total: number;
}

export interface Watcher {
  readonly client_id: string;
  readonly name: string | null;
  readonly typing: boolean;
}
