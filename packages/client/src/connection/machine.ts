import type { Failure } from "./failure.ts";
import type { ReconnectPolicy } from "./policy.ts";

/**
 * A connection's life as a pure transition function. Time, randomness and the policy are passed in;
 * what is to be done comes out as effects.
 *
 *      idle ──connect──▶ opening ──opened──▶ open
 *       ▲                 ▲  │                │
 *       │             due,│  │ lost           │ lost
 *       │            nudge│  ▼                ▼
 *       ├──disconnect──  waiting (back-off, full jitter, never less than the server asked)
 *       │                    │
 *       └──disconnect──  failed   (refused; denied twice; the policy gave up)
 *
 * `denied` (the token) leads once to opening anew, with a new token. The second time in a row it is the end if
 * it did not open, and waits as `lost` does if it did: a server may welcome whom it then turns down. `disconnect` leads from anywhere
 * to idle, `close` to closed, for good.
 */
export type Phase = "idle" | "opening" | "open" | "waiting" | "failed" | "closed";

export interface Machine {
  readonly phase: Phase;
  /** Attempts that have failed in a row. */
  readonly attempt: number;
  /** When the next attempt is made, on the clock's `now`; null while none is planned. */
  readonly retryAt: number | null;
  /** When it opened, on the clock's `monotonic`. */
  readonly openedAt: number;
  /** Until when the server has asked to be left alone, on the clock's `monotonic`. */
  readonly notBefore: number;
  /** How long the server has asked to stay away, once it goes down. */
  readonly floorMs: number;
  /** Whether the token was turned down since it was last open for long. */
  readonly wasDenied: boolean;
  /** Whether it has been open since `connect`. */
  readonly wasOpen: boolean;
  /** Why it is waiting or has failed. */
  readonly failure: Failure | null;
}

export type MachineEvent =
  | { readonly type: "connect" }
  /** The server has welcomed us. */
  | { readonly type: "opened" }
  | { readonly type: "lost"; readonly failure: Failure }
  | { readonly type: "denied"; readonly failure: Failure }
  | { readonly type: "refused"; readonly failure: Failure }
  /** The back-off is over. */
  | { readonly type: "due" }
  /** A platform that is awake, online or looked at again wants it now; not sooner than the server does. */
  | { readonly type: "nudge" }
  | { readonly type: "draining"; readonly retryAfterMs: number }
  | { readonly type: "disconnect" }
  | { readonly type: "close" };

/** What a transition asks its driver to do, in order. */
export type Effect =
  /** Let go of the carrier, of the one being opened, and of every timer. */
  | { readonly type: "drop" }
  | { readonly type: "dial" }
  /** Send `due` after `ms`. */
  | { readonly type: "wait"; readonly ms: number }
  /** Make sure that the other side is there. */
  | { readonly type: "probe" };

export interface Env {
  readonly now: number;
  readonly monotonic: number;
  /** In [0, 1). */
  readonly random: number;
  readonly policy: ReconnectPolicy;
}

export interface Transition {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
}

type EventOf<Type extends MachineEvent["type"]> = Extract<MachineEvent, { type: Type }>;
type Handler<Type extends MachineEvent["type"]> = (machine: Machine, event: EventOf<Type>, env: Env) => Transition;
type Row = { readonly [Type in MachineEvent["type"]]: Handler<Type> };

/** A connection that lasted shorter than this, in ms, ended neither the back-off's growth nor doubts about the token. */
const STABLE_MS = 5_000;

export const IDLE: Machine = {
  phase: "idle",
  attempt: 0,
  retryAt: null,
  openedAt: 0,
  notBefore: 0,
  floorMs: 0,
  wasDenied: false,
  wasOpen: false,
  failure: null,
};

const stay = (machine: Machine): Transition => ({ machine, effects: [] });

const start = (): Transition => dial(IDLE);

const dial = (machine: Machine): Transition => ({
  machine: { ...machine, phase: "opening", retryAt: null },
  effects: [{ type: "drop" }, { type: "dial" }],
});

const opened = (machine: Machine, _event: EventOf<"opened">, env: Env): Transition =>
  stay({ ...machine, phase: "open", openedAt: env.monotonic, wasOpen: true, failure: null });

const probe = (machine: Machine): Transition => ({ machine, effects: [{ type: "probe" }] });

const drain = (machine: Machine, event: EventOf<"draining">): Transition =>
  stay({ ...machine, floorMs: event.retryAfterMs });

/** What a connection that ends leaves behind. */
const ended = (machine: Machine, env: Env): Machine =>
  machine.phase === "open" && env.monotonic - machine.openedAt >= STABLE_MS
    ? { ...machine, attempt: 0, wasDenied: false }
    : machine;

const retry = (before: Machine, event: EventOf<"lost" | "denied">, env: Env): Transition => {
  const machine = ended(before, env);
  const attempt = machine.attempt + 1;
  const planned = env.policy(attempt, env.random);
  if (planned === null) return fail(machine, event);
  const floor = Math.max(machine.floorMs, event.failure.retryAfterMs);
  const ms = floor === 0 ? planned : Math.round(floor + Math.max(planned, env.random * floor));
  const { failure } = event;
  const notBefore = env.monotonic + floor;
  return {
    machine: { ...machine, phase: "waiting", attempt, retryAt: env.now + ms, notBefore, floorMs: 0, failure },
    effects: [{ type: "drop" }, { type: "wait", ms }],
  };
};

/** Every page of a server that is busy may be looked at again at the same moment. */
const hurry = (machine: Machine, _event: EventOf<"nudge">, env: Env): Transition =>
  env.monotonic < machine.notBefore ? stay(machine) : dial(machine);

const renew = (before: Machine, event: EventOf<"denied">, env: Env): Transition => {
  const machine = ended(before, env);
  if (!machine.wasDenied) return dial({ ...machine, wasDenied: true });
  return machine.phase === "open" ? retry(machine, event, env) : fail(machine, event);
};

const fail = (machine: Machine, { failure }: { readonly failure: Failure }): Transition => ({
  machine: { ...machine, phase: "failed", retryAt: null, failure },
  effects: [{ type: "drop" }],
});

/** Where the network is to blame and the policy gave up, a better network is worth another try. */
const reconsider = (machine: Machine): Transition => (machine.failure?.kind === "lost" ? start() : stay(machine));

const disconnect = (): Transition => ({ machine: IDLE, effects: [{ type: "drop" }] });

const close = (): Transition => ({ machine: { ...IDLE, phase: "closed" }, effects: [{ type: "drop" }] });

/** Where there is no carrier, none is heard of. */
const apart = { opened: stay, lost: stay, denied: stay, refused: stay, draining: stay };
/** Nothing is planned, either. */
const still = { ...apart, due: stay, nudge: stay };
/** A carrier is there or under way. */
const engaged = {
  connect: stay,
  lost: retry,
  denied: renew,
  refused: fail,
  due: stay,
  draining: drain,
  disconnect,
  close,
};

/** What each event does in each phase; nothing is left out. */
export const TRANSITIONS: { readonly [P in Phase]: Row } = {
  idle: { ...still, connect: start, disconnect: stay, close },
  opening: { ...engaged, opened, nudge: stay },
  open: { ...engaged, opened: stay, nudge: probe },
  waiting: { ...apart, connect: dial, due: dial, nudge: hurry, disconnect, close },
  failed: { ...still, connect: start, nudge: reconsider, disconnect, close },
  closed: { ...still, connect: stay, disconnect: stay, close: stay },
};

/** One step of the machine. */
export function transition(machine: Machine, event: MachineEvent, env: Env): Transition {
  const handler = TRANSITIONS[machine.phase][event.type] as Handler<MachineEvent["type"]>;
  return handler(machine, event, env);
}
