import { seededRandom, type SeededRandom } from "@throughline/testing";
import type { AppPlan, AppStep } from "./apps/plan.ts";
import { INVALID, type PuppetEnd, type PuppetScript } from "./agents.ts";

/** How a client follows a thread; `websocket` is `/ws/stream`, `native` is `/ws`. */
export type Transport = Socket | "native" | "sse" | "poll";
/** The protocols over WebSocket. */
export type Socket = "websocket" | "chart" | "chat" | "tasks";
export type CursorForm = "bare" | "epoch";

/** One client that follows one thread for the whole trial, coming back whenever it is cut off. */
export interface ClientPlan {
  readonly name: string;
  readonly thread: string;
  readonly transport: Transport;
  /** How it writes its position when it resumes. */
  readonly form: CursorForm;
  /** When it first comes, in ms. */
  readonly at: number;
  /** From the thread's beginning, or as a late joiner does without a position. */
  readonly from: "start" | "none";
  readonly latencyMs: number;
  /** Bytes of the pieces its frames arrive in, at most; 0 = as they were written. */
  readonly chunk: number;
}

export interface StartPlan {
  readonly run: string;
  readonly thread: string;
  readonly agent: string;
  readonly script: PuppetScript;
}

export type NetworkFault = "cut" | "cut in a frame" | "half-open" | "pause" | "throttle";
export type BadCursor = "ahead" | "wrong epoch" | "malformed";

/** What a step does. `lost` = the answer never arrives, and the caller tries again. */
export type Step =
  | AppStep
  | { readonly do: "start"; readonly start: StartPlan; readonly by: "http" | "websocket"; readonly lost: boolean }
  | { readonly do: "start again"; readonly start: StartPlan; readonly other: boolean }
  | {
      readonly do: "cancel";
      readonly run: string;
      readonly thread: string;
      readonly times: number;
      readonly lost: boolean;
    }
  | { readonly do: "answer"; readonly thread: string; readonly times: number; readonly lost: boolean }
  | { readonly do: "pause"; readonly run: string; readonly thread: string; readonly forMs: number }
  | { readonly do: "fork"; readonly thread: string; readonly target: string; readonly share: number }
  | { readonly do: "probe"; readonly thread: string; readonly transport: Transport; readonly cursor: BadCursor }
  | {
      readonly do: "network";
      readonly client: string;
      readonly fault: NetworkFault;
      readonly forMs: number;
      readonly amount: number;
    }
  | { readonly do: "disk full"; readonly forMs: number }
  | { readonly do: "clock jump"; readonly ms: number }
  | { readonly do: "crash"; readonly downMs: number }
  | { readonly do: "restart"; readonly graceMs: number }
  | { readonly do: "nonsense"; readonly client: string; readonly frame: string };

/** What becomes of one write to the disk; `lost`, `kept` and `torn` kill the process in the middle of it. */
export type WriteFault = "fail" | "tear" | "timeout" | "lost" | "kept" | "torn" | "after";

export interface Plan {
  readonly seed: number;
  readonly policy: "enqueue" | "reject" | "interrupt";
  readonly graceMs: number;
  readonly readCostMs: number;
  readonly threads: readonly string[];
  readonly clients: readonly ClientPlan[];
  readonly apps: readonly AppPlan[];
  readonly steps: readonly (Step & { readonly at: number })[];
  readonly disk: {
    /** Milliseconds of a write, at most. */
    readonly slowMs: number;
    /** By the number of the write. */
    readonly faults: ReadonlyMap<number, WriteFault>;
  };
  /** Commits that a restore from an older copy loses, at the first crash; 0 = none is restored. */
  readonly restoreLoses: number;
}

/** How long the plan goes on, in ms. */
export const PLAN_MS = 3_000;

/** The same seed gives the same plan. */
export function makePlan(seed: number): Plan {
  const random = seededRandom(seed).fork("plan");
  const threads = Array.from({ length: random.int(1, 3) }, (_, i) => `thread-${i}`);
  const restoreLoses = random.chance(0.08) ? random.int(1, 6) : 0;
  const clients = clientsOf(random, threads, restoreLoses > 0);
  const starts = Array.from({ length: random.int(3, 8) }, (_, i) => startOf(random, threads, i));
  const steps = [
    ...startSteps(random, starts),
    ...commandSteps(random, starts, threads),
    ...faultSteps(random, clients, threads),
  ];
  return {
    seed,
    policy: random.pick(["enqueue", "enqueue", "reject", "interrupt"]),
    graceMs: random.pick([0, 300, 30_000]),
    readCostMs: random.pick([0, 0, 0.2]),
    threads,
    clients,
    apps: [],
    steps: steps.toSorted((a, b) => a.at - b.at),
    disk: { slowMs: random.pick([0, 0, 5, 40]), faults: writeFaults(random, restoreLoses > 0) },
    restoreLoses,
  };
}

function clientsOf(random: SeededRandom, threads: readonly string[], restores: boolean): ClientPlan[] {
  return Array.from({ length: random.int(3, 6) }, (_, i) => ({
    name: `client-${i}`,
    thread: random.pick(threads),
    // Of each transport one, then any.
    transport: (["websocket", "sse", "poll"] as const)[i] ?? random.pick(["websocket", "sse", "poll"]),
    // A bare position does not tell one life of a stream from the next; only the epoch does (L2).
    form: restores ? "epoch" : random.pick(["bare", "epoch"]),
    at: random.chance(0.5) ? 0 : random.int(0, PLAN_MS),
    from: random.pick(["start", "none"]),
    latencyMs: random.pick([0, 0, 3, 30]),
    chunk: random.pick([0, 0, 1, 7, 100]),
  }));
}

const ENDS: readonly PuppetEnd[] = [
  "finish",
  "finish",
  "finish",
  "ask",
  "ask",
  "throw",
  "hang",
  "deaf",
  "babble",
  "overrun",
];

function startOf(random: SeededRandom, threads: readonly string[], i: number): StartPlan {
  const big = random.chance(0.03);
  const script = {
    tokens: big ? 24 : random.int(0, 30),
    every: big ? 0 : random.pick([0, 0, 5, 20, 60]),
    size: big ? 60_000 : random.pick([0, 0, 200]),
    tools: random.int(0, 2),
    end: random.chance(0.12) ? random.pick(INVALID) : random.pick(ENDS),
  };
  const agent = random.chance(0.05) ? "broken" : "puppet";
  return { run: `run-${i}`, thread: random.pick(threads), agent, script };
}

function startSteps(random: SeededRandom, starts: readonly StartPlan[]): Plan["steps"] {
  return starts.flatMap((start) => {
    const at = random.int(0, PLAN_MS - 500);
    const by = random.pick(["http", "http", "websocket"] as const);
    const first = { at, do: "start", start, by, lost: random.chance(0.15) } as const;
    const again = { at: at + random.pick([0, 1, 400]), do: "start again", start, other: random.chance(0.4) } as const;
    return random.chance(0.4) ? [first, again] : [first];
  });
}

function commandSteps(random: SeededRandom, starts: readonly StartPlan[], threads: readonly string[]): Plan["steps"] {
  const steps: (Step & { at: number })[] = [];
  const at = (): number => random.int(100, PLAN_MS);
  for (const { run, thread } of starts) {
    const lost = random.chance(0.15);
    if (random.chance(0.5)) steps.push({ at: at(), do: "cancel", run, thread, times: random.int(1, 3), lost });
    if (random.chance(0.25)) steps.push({ at: at(), do: "pause", run, thread, forMs: random.int(0, 400) });
  }
  for (const thread of threads) {
    const lost = random.chance(0.15);
    for (let i = random.int(1, 4); i > 0; i--)
      steps.push({ at: at(), do: "answer", thread, times: random.int(1, 3), lost });
    if (random.chance(0.3))
      steps.push({ at: at(), do: "fork", thread, target: `${thread}-fork`, share: random.next() });
  }
  return steps;
}

const NONSENSE = [
  "no json",
  "{}",
  "[]",
  '{"type":"chat","payload":{"message":"  "}}',
  '{"type":"?"}',
  '{"__proto__":1}',
];

function faultSteps(random: SeededRandom, clients: readonly ClientPlan[], threads: readonly string[]): Plan["steps"] {
  const steps: (Step & { at: number })[] = [];
  const at = (): number => random.int(50, PLAN_MS);
  for (const { name } of clients) {
    for (let i = random.int(0, 3); i > 0; i--) {
      const fault = random.pick(["cut", "cut", "cut in a frame", "half-open", "pause", "throttle"] as const);
      steps.push({
        at: at(),
        do: "network",
        client: name,
        fault,
        forMs: random.int(1, 900),
        amount: random.int(1, 4_000),
      });
    }
    if (random.chance(0.2)) steps.push({ at: at(), do: "nonsense", client: name, frame: random.pick(NONSENSE) });
  }
  for (let i = random.int(0, 2); i > 0; i--) {
    const cursor = random.pick(["ahead", "wrong epoch", "malformed"] as const);
    const transport = random.pick(["websocket", "sse", "poll"] as const);
    steps.push({ at: at(), do: "probe", thread: random.pick(threads), transport, cursor });
  }
  if (random.chance(0.25)) steps.push({ at: at(), do: "disk full", forMs: random.int(10, 1_000) });
  if (random.chance(0.2))
    steps.push({ at: at(), do: "clock jump", ms: random.pick([-3_600_000, -50, 50, 86_400_000]) });
  for (let i = random.int(0, 2); i > 0; i--) {
    if (random.chance(0.7)) steps.push({ at: at(), do: "crash", downMs: random.int(0, 500) });
    else steps.push({ at: at(), do: "restart", graceMs: random.pick([0, 100, 2_000]) });
  }
  return steps;
}

function writeFaults(random: SeededRandom, restores: boolean): Map<number, WriteFault> {
  const faults = new Map<number, WriteFault>();
  const kinds = ["fail", "tear", "timeout", "lost", "kept", "torn", "after"] as const;
  for (let i = random.int(0, 2); i > 0; i--) faults.set(random.int(2, 120), random.pick(kinds));
  if (restores) faults.set(random.int(20, 60), "lost");
  return faults;
}
