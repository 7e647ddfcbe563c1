import { backoff } from "./backoff.ts";
import { isTransient } from "../server/failure.ts";
import type { Failure } from "../server/failure.ts";

/**
 * The connection of one page to one thread, as a pure transition function. Time and randomness are
 * passed in; what is to be done comes out as effects.
 *
 *     idle ──start──▶ loading ──loaded──▶ opening ──opened──▶ live
 *                      ▲  │                 ▲  │               │
 *                      │  └────failed───┐   │  └──failed──┐    │ failed, silent
 *                      │                ▼   │             ▼    ▼
 *                      └──────due────  waiting (back-off, full jitter)
 *
 * `reset` (the server's, or a gap we find ourselves) leads from opening and live back to loading:
 * the view is fetched anew. A failure that waiting cannot mend ends in `refused`. `stop` ends all.
 */
export type Connection =
  /** Nothing to follow yet: the thread's first run is still being asked for. */
  | { readonly phase: "idle" }
  | { readonly phase: "loading"; readonly attempt: number }
  | { readonly phase: "opening"; readonly attempt: number }
  | { readonly phase: "live"; readonly attempt: number; readonly heardAt: number }
  | {
      readonly phase: "waiting";
      readonly attempt: number;
      /** On the clock's `now`, in ms. */
      readonly retryAt: number;
      /** Where it goes on: with the view, or with the events behind it. */
      readonly next: "load" | "open";
      readonly failure: Failure;
    }
  | { readonly phase: "refused"; readonly failure: Failure }
  | { readonly phase: "stopped" };

export type ConnectionEvent =
  | { readonly type: "start" }
  /** The view has been fetched. */
  | { readonly type: "loaded" }
  /** The event stream has answered. */
  | { readonly type: "opened" }
  /** Bytes came in: events or a keep-alive. */
  | { readonly type: "heard" }
  /** What we hold does not continue: fetch the view again. */
  | { readonly type: "reset" }
  | { readonly type: "failed"; readonly failure: Failure }
  /** No bytes for {@link SILENCE_MS}, though a keep-alive was due. */
  | { readonly type: "silent" }
  /** The back-off is over. */
  | { readonly type: "due" }
  /** A person, or the browser coming back from sleep or offline, wants it now. */
  | { readonly type: "nudge" }
  | { readonly type: "stop" };

/** What the transition asks its driver to do, in order. */
export type Effect =
  /** Let go of the request and the timers in flight. */
  | { readonly type: "abort" }
  | { readonly type: "load" }
  | { readonly type: "open" }
  /** Send `due` after `ms`. */
  | { readonly type: "wait"; readonly ms: number }
  /** Send `silent` unless `heard` comes within `ms`; replaces the watch before. */
  | { readonly type: "watch"; readonly ms: number };

export interface Env {
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

export interface Transition {
  readonly state: Connection;
  readonly effects: readonly Effect[];
}

/** The server sends a keep-alive every 15 s; two missed and some slack mean a dead socket. */
export const SILENCE_MS = 35_000;
/** After a nudge, a socket that was silent for longer than one keep-alive is not trusted. */
const SUSPECT_MS = 20_000;

const SILENT: Failure = {
  code: "network",
  message: "The connection went silent.",
  remedy: "The page connects again by itself.",
  status: 0,
};

/** One step of the machine. An event that means nothing in a state leaves it as it is. */
export function transition(state: Connection, event: ConnectionEvent, env: Env): Transition {
  switch (event.type) {
    case "start":
      return state.phase === "idle" || state.phase === "refused" || state.phase === "stopped" ? load(0) : stay(state);
    case "loaded":
      return state.phase === "loading" ? open(state.attempt) : stay(state);
    case "opened":
      return state.phase === "opening" ? live(state.attempt, env) : stay(state);
    case "heard":
      // Only bytes prove that the way is clear; an answer alone does not end the back-off's growth.
      return state.phase === "live" ? live(0, env) : stay(state);
    case "reset":
      return state.phase === "opening" || state.phase === "live" ? load(state.attempt) : stay(state);
    case "failed":
      return failed(state, event.failure, env);
    case "silent":
      return state.phase === "live" ? failed(state, SILENT, env) : stay(state);
    case "due":
      return state.phase === "waiting" ? again(state) : stay(state);
    case "nudge":
      return nudged(state, env);
    case "stop":
      return state.phase === "stopped" ? stay(state) : { state: { phase: "stopped" }, effects: [{ type: "abort" }] };
  }
}

function stay(state: Connection): Transition {
  return { state, effects: [] };
}

function load(attempt: number): Transition {
  return { state: { phase: "loading", attempt }, effects: [{ type: "abort" }, { type: "load" }] };
}

function open(attempt: number): Transition {
  return { state: { phase: "opening", attempt }, effects: [{ type: "abort" }, { type: "open" }] };
}

function live(attempt: number, env: Env): Transition {
  return { state: { phase: "live", attempt, heardAt: env.now }, effects: [{ type: "watch", ms: SILENCE_MS }] };
}

function again(state: Extract<Connection, { phase: "waiting" }>): Transition {
  return state.next === "load" ? load(state.attempt) : open(state.attempt);
}

function failed(state: Connection, failure: Failure, env: Env): Transition {
  if (state.phase !== "loading" && state.phase !== "opening" && state.phase !== "live") return stay(state);
  if (!isTransient(failure)) return { state: { phase: "refused", failure }, effects: [{ type: "abort" }] };
  const attempt = state.attempt + 1;
  const ms = backoff(attempt, env.random, failure.retryAfterMs);
  const next = state.phase === "loading" ? "load" : "open";
  return {
    state: { phase: "waiting", attempt, retryAt: env.now + ms, next, failure },
    effects: [{ type: "abort" }, { type: "wait", ms }],
  };
}

function nudged(state: Connection, env: Env): Transition {
  if (state.phase === "waiting") return again(state);
  if (state.phase === "live" && env.now - state.heardAt > SUSPECT_MS) return open(state.attempt);
  return stay(state);
}
