import { mkdirSync, writeFileSync } from "node:fs";
import { steered } from "./apps/steered.ts";
import { broken, puppet, recorded } from "./agents.ts";
import type { History } from "./history.ts";
import { judge } from "./judge/judge.ts";
import { type Mutant, NONE } from "./mutants.ts";
import { makePlan, type Plan, PLAN_MS } from "./plan.ts";
import type { Contents } from "./read-back.ts";
import { Steps } from "./steps.ts";
import { watched } from "./watched.ts";
import { World } from "./world.ts";

/** Where the histories of failed trials go. */
const FOLDER = ".cache/faults";
/** The base of links that a gateway uses when it is given none. */
const ORIGIN = "http://127.0.0.1:4400";
const ROUND_MS = 500;
const MOST_ROUNDS = 240;
/** So many rounds in a row must be quiet: longer than an agent may ignore its abort while others wait. */
const QUIET_ROUNDS = 5;
/** An agent that ignores its abort may go on for so long after the server has closed. */
const ZOMBIE_MS = 15_000;
/** How long a page stays when the server goes. */
const LEAVE_MS = 1_000;
/** A connection may have so many bytes waiting, and what one write adds; a view of a thread is one write. */
const MOST_BUFFERED = 1024 * 1024 + 256 * 1024;

export interface Verdict {
  readonly seed: number;
  /** What speaks against the server; empty when all rules held. */
  readonly problems: readonly string[];
  readonly history: History;
}

/** Plays a seed's plan against a real gateway, heals and drains everything, and judges what happened. */
export async function runTrial(
  seed: number,
  mutant: Mutant = NONE,
  plan: Plan = steered(watched(makePlan(seed))),
): Promise<Verdict> {
  const world = new World(plan, (history) => [recorded(puppet, history), recorded(broken, history)], mutant);
  void world.start();
  const steps = new Steps(plan, world, mutant);
  await play(plan, world, steps);
  const problems = await drain(plan, world, steps);
  const leaks = await close(world, steps);
  const { threads, runs } = await world.read();
  const { entries } = world.history;
  const evidence = { entries, threads, runs, past: world.past, cancels: cancelsOf(plan), agentsSeen: true };
  const verdicts = [...judgeBuffers(steps, threads), ...judge(evidence, ORIGIN)];
  return { seed, problems: [...problems, ...leaks, ...world.misdeeds, ...verdicts], history: world.history };
}

function judgeBuffers({ followers }: Steps, threads: Contents["threads"]): string[] {
  return followers.flatMap(({ mostBuffered, plan: { name, thread, transport } }) => {
    // A view holds no more than its events do.
    const view = transport === "native" ? JSON.stringify(threads.get(thread)?.events ?? []).length : 0;
    return mostBuffered > MOST_BUFFERED + view ? [`D2: ${mostBuffered} bytes were waiting for ${name}`] : [];
  });
}

/** Writes a history down, for reading; where to. */
export function saveHistory(seed: number, history: History): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${seed}.jsonl`;
  writeFileSync(file, history.toJsonl());
  return file;
}

function cancelsOf(plan: Plan): { byInterrupt: boolean; byLeaving: boolean } {
  return {
    byInterrupt: plan.policy === "interrupt",
    // Whose start came over a socket cancels by leaving (WIRE.md 2).
    byLeaving: plan.steps.some((step) => step.do === "start" && step.by === "websocket"),
  };
}

async function play(plan: Plan, world: World, steps: Steps): Promise<void> {
  let at = 0;
  for (const step of plan.steps) {
    await world.clock.advance(step.at - at);
    at = step.at;
    steps.begin(step);
  }
  await world.clock.advance(PLAN_MS - at);
}

/** Heals all, then waits until nothing happens any more. */
async function drain(plan: Plan, world: World, steps: Steps): Promise<string[]> {
  world.disk.heal();
  for (const follower of steps.followers) follower.mend();
  for (const app of steps.apps) app.heal();
  let quiet = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await world.clock.advance(ROUND_MS);
    const going = steps.callers.pending > 0 || (await cancelGoing(plan, world, steps));
    const isThere =
      steps.followers.every(({ connected }) => connected) && steps.apps.every(({ isSettled }) => isSettled);
    quiet = going || !isThere ? 0 : quiet + 1;
    if (quiet < QUIET_ROUNDS) continue;
    // The tail of what was committed last is still on its way to those who are far away.
    await world.clock.advance(1_000);
    return [];
  }
  return ["R1: something is still going on long after all is healed"];
}

/** Cancels what goes on; whether anything did, or nobody could be asked. */
async function cancelGoing(plan: Plan, world: World, steps: Steps): Promise<boolean> {
  const { http } = world;
  if (http === undefined) return true;
  let going = false;
  for (const thread of plan.threads) {
    const asking = http.get(`/api/v1/threads/${thread}`);
    await world.clock.runUntilIdle();
    const { body } = await asking;
    const runs = (body["runs"] ?? []) as { run_id: string; end_seq: number | null }[];
    for (const { run_id: run, end_seq: end } of runs) {
      if (end !== null) continue;
      going = true;
      steps.begin({ do: "cancel", run, thread, times: 1, lost: false });
    }
  }
  return going;
}

async function close(world: World, steps: Steps): Promise<string[]> {
  for (const each of [...steps.followers, ...steps.apps]) each.rest();
  const done = world.close();
  // They are sent away, and then leave themselves.
  await world.clock.advance(LEAVE_MS);
  const left = steps.apps.map((app) => app.close());
  await world.clock.advance(ZOMBIE_MS);
  return [...done(), ...left.flatMap((leaks) => leaks())];
}
