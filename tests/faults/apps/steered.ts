import type { Transport as Carrier } from "@throughline/client";
import { seededRandom, type SeededRandom } from "@throughline/testing";
import type { PuppetEnd } from "../agents.ts";
import { type ClientPlan, type Plan, PLAN_MS, type Step } from "../plan.ts";
import type { AppAct, AppPlan } from "./plan.ts";

type Timed = Step & { readonly at: number };

const CARRIERS: readonly Carrier[] = ["websocket", "sse", "long-poll"];
const ENDS: readonly PuppetEnd[] = ["finish", "finish", "ask", "ask", "throw", "hang", "deaf", "overrun"];
const FAULTS = ["cut", "cut", "cut in a frame", "half-open", "pause", "throttle", "offline"] as const;

/**
 * The plan, with clients of the native protocol: raw ones, and pages on the real client that steer. As in
 * watched.ts, the plan itself stays what it was.
 */
export function steered(plan: Plan): Plan {
  const random = seededRandom(plan.seed).fork("steered");
  const clients = Array.from({ length: random.int(0, 2) }, (_, i) => rawClient(random, plan, i));
  const apps = Array.from({ length: random.pick([0, 1, 1, 2]) }, (_, i) => appOf(random, plan, i));
  const steps = [
    ...plan.steps,
    ...clients.flatMap(({ name }) => breaks(random, name)),
    ...apps.flatMap((app) => actsOf(random, app)),
  ];
  return {
    ...plan,
    clients: [...plan.clients, ...clients],
    apps,
    steps: steps.toSorted((a, b) => a.at - b.at),
  };
}

function rawClient(random: SeededRandom, { threads, restoreLoses }: Plan, i: number): ClientPlan {
  return {
    name: `native-${i}`,
    thread: random.pick(threads),
    transport: "native",
    form: restoreLoses > 0 ? "epoch" : random.pick(["bare", "epoch"]),
    at: random.chance(0.5) ? 0 : random.int(0, PLAN_MS),
    from: random.pick(["start", "none"]),
    latencyMs: random.pick([0, 0, 3, 30]),
    chunk: random.pick([0, 0, 1, 7, 100]),
  };
}

function breaks(random: SeededRandom, client: string): Timed[] {
  return Array.from({ length: random.int(0, 3) }, () => ({
    at: random.int(50, PLAN_MS),
    do: "network",
    client,
    fault: random.pick(["cut", "cut", "cut in a frame", "half-open", "pause", "throttle"] as const),
    forMs: random.int(1, 900),
    amount: random.int(1, 4_000),
  }));
}

function appOf(random: SeededRandom, { threads }: Plan, i: number): AppPlan {
  return {
    name: `app-${i}`,
    threads: threads.filter((_, index) => index === 0 || random.chance(0.5)),
    at: random.chance(0.5) ? 0 : random.int(0, PLAN_MS / 2),
    latencyMs: random.pick([0, 0, 3, 30]),
    chunk: random.pick([0, 0, 7, 100]),
    doors: doors(random),
  };
}

/** The best of them is what it will use; what is below it never hurts. */
function doors(random: SeededRandom): readonly Carrier[] {
  return CARRIERS.slice(random.pick([0, 0, 1, 2]));
}

function actsOf(random: SeededRandom, { name, threads, at: from }: AppPlan): Timed[] {
  const some = (least: number, most: number, act: () => AppAct): Timed[] =>
    Array.from({ length: random.int(least, most) }, () => ({
      at: random.int(from + 20, PLAN_MS),
      do: "app",
      app: name,
      act: act(),
    }));
  const thread = (): string => random.pick(threads);
  return [
    ...some(1, 4, () => ({ type: "say", thread: thread(), script: scriptOf(random) })),
    ...some(0, 3, () => ({ type: "stop", thread: thread() })),
    ...some(1, 4, () => ({ type: "answer", thread: thread() })),
    ...some(0, 2, () => ({ type: "pause", thread: thread(), forMs: random.int(0, 400) })),
    ...some(0, 1, () => ({ type: "fork", thread: thread(), share: random.next() })),
    ...some(0, 2, () => ({ type: "look away", thread: thread(), forMs: random.int(1, 1_800) })),
    ...some(0, 1, () => ({ type: "reload" })),
    ...some(0, 1, () => ({ type: "disconnect", forMs: random.int(0, 500) })),
    ...some(0, 2, () => ({ type: "doors", open: doors(random) })),
    ...some(1, 4, () => ({
      type: "network",
      fault: random.pick(FAULTS),
      forMs: random.int(1, 900),
      amount: random.int(1, 4_000),
    })),
  ];
}

function scriptOf(random: SeededRandom): Extract<AppAct, { type: "say" }>["script"] {
  return {
    tokens: random.int(0, 20),
    every: random.pick([0, 0, 5, 20]),
    size: random.pick([0, 0, 200]),
    tools: random.int(0, 2),
    end: random.pick(ENDS),
  };
}
