import { ThroughlineError } from "@throughline/protocol";
import { expect, test } from "vitest";
import type { Failure } from "../src/connection/failure.ts";
import {
  type Env,
  IDLE,
  type Machine,
  type MachineEvent,
  type Phase,
  transition,
  TRANSITIONS,
} from "../src/connection/machine.ts";
import { backoff } from "../src/connection/policy.ts";

const failure = (kind: Failure["kind"], retryAfterMs = 0): Failure => ({
  error: new ThroughlineError("connection_failed", "Gone."),
  kind,
  retryAfterMs,
  elsewhere: false,
});

const EVENTS: { readonly [Type in MachineEvent["type"]]: Extract<MachineEvent, { type: Type }> } = {
  connect: { type: "connect" },
  opened: { type: "opened" },
  lost: { type: "lost", failure: failure("lost") },
  denied: { type: "denied", failure: failure("denied") },
  refused: { type: "refused", failure: failure("refused") },
  due: { type: "due" },
  nudge: { type: "nudge" },
  draining: { type: "draining", retryAfterMs: 4000 },
  disconnect: { type: "disconnect" },
  close: { type: "close" },
};

const env: Env = { now: 1_000_000, monotonic: 50_000, random: 0.5, policy: backoff() };
const at = (phase: Phase): Machine => ({ ...IDLE, phase, attempt: 2, openedAt: 10_000, wasOpen: true });

/** Where each event leads from each phase, and what is done on the way. `.` = it stays, and nothing is done. */
const TABLE: { readonly [P in Phase]: { readonly [Type in MachineEvent["type"]]: string } } = {
  idle: {
    connect: "opening: drop dial",
    opened: ".",
    lost: ".",
    denied: ".",
    refused: ".",
    due: ".",
    nudge: ".",
    draining: ".",
    disconnect: ".",
    close: "closed: drop",
  },
  opening: {
    connect: ".",
    opened: "open:",
    lost: "waiting: drop wait",
    denied: "opening: drop dial",
    refused: "failed: drop",
    due: ".",
    nudge: ".",
    draining: "opening:",
    disconnect: "idle: drop",
    close: "closed: drop",
  },
  open: {
    connect: ".",
    opened: ".",
    lost: "waiting: drop wait",
    denied: "opening: drop dial",
    refused: "failed: drop",
    due: ".",
    nudge: "open: probe",
    draining: "open:",
    disconnect: "idle: drop",
    close: "closed: drop",
  },
  waiting: {
    connect: "opening: drop dial",
    opened: ".",
    lost: ".",
    denied: ".",
    refused: ".",
    due: "opening: drop dial",
    nudge: "opening: drop dial",
    draining: ".",
    disconnect: "idle: drop",
    close: "closed: drop",
  },
  failed: {
    connect: "opening: drop dial",
    opened: ".",
    lost: ".",
    denied: ".",
    refused: ".",
    due: ".",
    nudge: ".",
    draining: ".",
    disconnect: "idle: drop",
    close: "closed: drop",
  },
  closed: {
    connect: ".",
    opened: ".",
    lost: ".",
    denied: ".",
    refused: ".",
    due: ".",
    nudge: ".",
    draining: ".",
    disconnect: ".",
    close: ".",
  },
};

const cells = (Object.keys(TRANSITIONS) as Phase[]).flatMap((phase) =>
  (Object.keys(EVENTS) as MachineEvent["type"][]).map((type) => [phase, type] as const),
);

test.each(cells)("in %s, %s leads where the table says", (phase, type) => {
  const before = at(phase);
  const { machine, effects } = transition(before, EVENTS[type], env);
  const isStill = machine === before && effects.length === 0;
  const shown = `${machine.phase}: ${effects.map((effect) => effect.type).join(" ")}`.trimEnd();
  expect(isStill ? "." : shown).toBe(TABLE[phase][type]);
});

test("the back-off grows with each failure, and a connection that lasted begins it anew", () => {
  const lose = (machine: Machine, monotonic: number): Machine =>
    transition(machine, EVENTS.lost, { ...env, monotonic }).machine;
  expect(lose({ ...at("opening"), attempt: 3 }, 0)).toMatchObject({ attempt: 4, retryAt: env.now + 2000 });
  expect(lose({ ...at("open"), attempt: 3 }, 10_100)).toMatchObject({ attempt: 4 });
  expect(lose({ ...at("open"), attempt: 3 }, 15_000)).toMatchObject({ attempt: 1, retryAt: env.now + 250 });
});

test("a wait is never shorter than the server asked, and no two clients wait alike", () => {
  const retryAfter = { type: "lost", failure: failure("lost", 10_000) } as const;
  expect(transition(at("opening"), retryAfter, { ...env, random: 0 }).machine.retryAt).toBe(env.now + 10_000);
  expect(transition(at("opening"), retryAfter, { ...env, random: 0.9 }).machine.retryAt).toBe(env.now + 19_000);
  const draining = transition(at("open"), EVENTS.draining, env).machine;
  expect(transition(draining, EVENTS.lost, env).machine).toMatchObject({ retryAt: env.now + 6000, floorMs: 0 });
});

test("a page that is looked at again hurries the back-off, and not the server's own wish; a person does", () => {
  const waiting = transition(at("opening"), EVENTS.lost, env).machine;
  expect(transition(waiting, EVENTS.nudge, env).machine.phase).toBe("opening");
  const asked = { type: "lost", failure: failure("lost", 10_000) } as const;
  const kept = transition(at("opening"), asked, env).machine;
  const after = (ms: number): Env => ({ ...env, monotonic: env.monotonic + ms });
  expect(transition(kept, EVENTS.nudge, after(9_999)).machine.phase).toBe("waiting");
  expect(transition(kept, EVENTS.nudge, after(10_000)).machine.phase).toBe("opening");
  expect(transition(kept, EVENTS.connect, env).machine.phase).toBe("opening");
});

test("a token that is turned down twice in a row is the end, and so is a policy that gives up", () => {
  const once = transition(at("opening"), EVENTS.denied, env).machine;
  expect(transition(once, EVENTS.denied, env).machine.phase).toBe("failed");
  const given = transition(at("opening"), EVENTS.lost, { ...env, policy: backoff({ maxAttempts: 2 }) }).machine;
  expect(given).toMatchObject({ phase: "failed", failure: { kind: "lost" } });
  // The network may be better by the time somebody looks again.
  expect(transition(given, EVENTS.nudge, env).machine).toMatchObject({ phase: "opening", attempt: 0 });
});

test("who is welcomed and turned down again is soon no more in a hurry; a connection that lasted begins anew", () => {
  const after = (machine: Machine, ms: number): Machine =>
    transition(machine, EVENTS.denied, { ...env, monotonic: env.monotonic + ms }).machine;
  const reopened = (machine: Machine): Machine => transition(machine, EVENTS.opened, env).machine;
  const once = after(at("opening"), 0);
  const twice = after(reopened(once), 4_999);
  expect(twice).toMatchObject({ phase: "waiting", attempt: 3, failure: { kind: "denied" } });
  const thrice = after(reopened(transition(twice, EVENTS.due, env).machine), 0);
  expect(thrice).toMatchObject({ phase: "waiting", attempt: 4 });
  expect(after(reopened(once), 5_000)).toMatchObject({ phase: "opening", attempt: 0, wasDenied: true });
  // Nor is the token to blame for what ends a connection that lasted.
  const lost = transition(reopened(once), EVENTS.lost, { ...env, monotonic: env.monotonic + 5_000 }).machine;
  expect(lost).toMatchObject({ phase: "waiting", attempt: 1, wasDenied: false });
});
