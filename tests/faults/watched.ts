import { seededRandom, type SeededRandom } from "@throughline/testing";
import { type ClientPlan, type NetworkFault, type Plan, PLAN_MS, type Socket, type Step } from "./plan.ts";

const FAULTS: readonly NetworkFault[] = ["cut", "cut", "cut in a frame", "half-open", "pause", "throttle"];

/**
 * The plan, with clients of the other protocols over WebSocket and agents that draw. All that is added
 * comes from a randomness of its own: the plan itself stays what it was.
 */
export function watched(plan: Plan): Plan {
  const random = seededRandom(plan.seed).fork("watched");
  const added = (["chat", "chart"] as const).flatMap((socket) =>
    Array.from({ length: random.int(1, 2) }, (_, i) => watcher(random, plan, socket, i)),
  );
  const steps = [
    ...plan.steps.map((step) => drawing(random, step)),
    ...added.flatMap(({ name }) => breaks(random, name)),
  ];
  return { ...plan, clients: [...plan.clients, ...added], steps: steps.toSorted((a, b) => a.at - b.at) };
}

function watcher(random: SeededRandom, { threads, restoreLoses }: Plan, transport: Socket, i: number): ClientPlan {
  return {
    name: `${transport}-${i}`,
    thread: random.pick(threads),
    transport,
    form: restoreLoses > 0 ? "epoch" : random.pick(["bare", "epoch"]),
    at: random.chance(0.3) ? 0 : random.int(0, PLAN_MS),
    from: random.pick(["start", "none"]),
    latencyMs: random.pick([0, 0, 3, 30]),
    chunk: random.pick([0, 0, 1, 7, 100]),
  };
}

type Timed = Step & { readonly at: number };

/** A start and its repeat draw the same, or they would differ. */
function drawing(random: SeededRandom, step: Timed): Timed {
  if (step.do !== "start" && step.do !== "start again") return step;
  const { start } = step;
  const charts = random.fork(start.run).int(0, 12);
  return { ...step, start: { ...start, script: { ...start.script, charts } } };
}

function breaks(random: SeededRandom, client: string): Timed[] {
  return Array.from({ length: random.int(0, 3) }, () => ({
    at: random.int(50, PLAN_MS),
    do: "network",
    client,
    fault: random.pick(FAULTS),
    forMs: random.int(1, 900),
    amount: random.int(1, 4_000),
  }));
}
