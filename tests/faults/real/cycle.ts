import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AguiEvent, EventType, type TaskChangedPayload } from "@throughline/protocol";
import { Callers } from "../caller.ts";
import { Follower } from "../followers/follower.ts";
import type { History } from "../history.ts";
import { expectedOf } from "../judge/expected.ts";
import { judge } from "../judge/judge.ts";
import type { ClientPlan, Transport } from "../plan.ts";
import { RealWorld } from "./real-world.ts";
import { cutRuns, judgeScripts } from "./scripts.ts";
import { freePort } from "../../support/server-process.ts";

/** What came of one cycle: a server killed while it streams, started again, and judged. */
export interface Cycle {
  readonly problems: readonly string[];
  /** What happened, in a few words. */
  readonly summary: string;
  readonly history: History;
}

interface Start {
  readonly run: string;
  readonly thread: string;
  readonly text: string;
}

/** The first is a task's, and watched in every way there is. */
const WATCHED = "task:task-0";
const THREADS = [WATCHED, "thread-1"];
/** Most of what is drawn is still to come at the first kill. */
const DRAWING = Array.from({ length: 40 }, (_, i) => `chart=${i % 10 === 0 ? "LOAD:AAPL" : `SUPPORT:${100 + i}`}`).join(
  " ",
);
/** How long anything that must come may take on a busy machine. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 5;

/** What goes on when the server is killed: two threads stream, and one run waits for its turn. */
const BEFORE: readonly Start[] = [
  { run: "first-0", thread: WATCHED, text: `tokens=300 interval=3 tools=30 steps=20 ${DRAWING}` },
  { run: "first-1", thread: "thread-1", text: "tokens=300 interval=4 hang=1" },
  { run: "waits", thread: WATCHED, text: `tokens=50 interval=2 ${DRAWING}` },
];
const AFTER: readonly Start[] = THREADS.map((thread) => ({
  run: `next-${thread}`,
  thread,
  text: "tokens=20 interval=1 tools=1 chart=CLEAR chart=TARGET:120",
}));

/** Kills a real server with -9 while it streams to real clients, starts it again, and judges what they got. */
export async function runCycle(seed: number): Promise<Cycle> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "throughline-faults-"));
  const port = await freePort();
  const durability = seed % 2 === 0 ? "full" : "os";
  const world = new RealWorld(seed, { port, dataDir, durability });
  try {
    return await cycleIn(world, durability);
  } catch (error) {
    return { problems: [`could not be carried out: ${String(error)}`], summary: durability, history: world.history };
  } finally {
    await world.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function cycleIn(world: RealWorld, durability: string): Promise<Cycle> {
  const { random, history } = world;
  const problems: string[] = [];
  const callers = new Callers(world);
  await world.start();
  const task = { id: WATCHED.slice("task:".length), title: "Be watched" };
  await callers.call({ what: "task", thread: WATCHED }, (http) => http.post("/api/v1/tasks", task));
  const followers = clients().map((plan) => new Follower(plan, world));
  for (const start of BEFORE) void send(callers, start);

  const kills = random.int(1, 2);
  const seen: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    // The queued run is short; a second kill must come before it is over.
    const given = history.count("deliver", "ok") + random.int(5, kill === 0 ? 2_000 : 200);
    if (!(await until(() => history.count("deliver", "ok") >= given)))
      problems.push("vacuous: nothing streamed to kill");
    await sleep(random.int(0, 10));
    await world.kill();
    seen.push(history.count("deliver", "ok"));
    await sleep(random.int(0, 150));
    await world.start();
  }

  for (const start of AFTER) void send(callers, start);
  if (!(await until(() => callers.pending === 0))) problems.push("R4: a start was never answered");
  if (!(await until(() => idle(world)))) problems.push("R1: a run goes on for ever, or never began");
  const last = await lastOf(world);
  if (!(await until(() => followers.every(({ plan, position }) => position >= last(plan)))))
    problems.push("D1: a client never came to the end");
  for (const follower of followers) follower.rest();
  await world.stop();

  const { threads, runs } = await world.read();
  const evidence = {
    entries: history.entries,
    threads,
    runs,
    past: new Map(),
    cancels: { byInterrupt: false, byLeaving: false },
    agentsSeen: false,
  };
  problems.push(...judge(evidence, world.url), ...judgeScripts(evidence), ...world.misdeeds);
  for (const { run } of AFTER)
    if (runs.get(run)?.status !== "completed") problems.push(`R3: after the kill ${run} is ${runs.get(run)?.status}`);
  problems.push(...unwatched(history), ...judgeTask(threads.get(WATCHED)?.events ?? []));
  const cut = cutRuns(evidence);
  if (cut === 0) problems.push("vacuous: no run was cut");
  const given = history.count("deliver", "ok");
  const summary = `${durability}, killed after ${seen.join(" and ")} of ${given} deliveries, ${cut} runs cut`;
  return { problems, summary, history };
}

/** On each thread a client of each kind, those over WebSocket once from the start and once without a position. */
function clients(): ClientPlan[] {
  const plans = THREADS.flatMap((thread) => {
    const sockets = (["websocket", "native", "chat", "chart", "tasks"] as const).filter(
      (socket) => socket !== "tasks" || thread === WATCHED,
    );
    return [
      ...sockets.flatMap((transport) => [
        { thread, transport, from: "start" } as const,
        { thread, transport, from: "none" } as const,
      ]),
      { thread, transport: "sse", from: "start" } as const,
      { thread, transport: "poll", from: "start" } as const,
    ];
  });
  return plans.map((plan, index) => ({
    ...plan,
    name: `client-${index}`,
    form: index % 3 === 0 ? "epoch" : "bare",
    at: index * 15,
    latencyMs: 0,
    chunk: 0,
  }));
}

/** In which ways the watched thread was not followed over a kill. */
function unwatched({ entries }: History): string[] {
  const kinds = new Set(clients().map(({ transport }) => transport));
  const seen = new Set<Transport>();
  for (const { op, thread, transport, proc } of entries)
    if (op === "deliver" && thread === WATCHED && proc > 1) seen.add(transport as Transport);
  return [...kinds].filter((kind) => !seen.has(kind)).map((kind) => `vacuous: over ${kind} nothing came after a kill`);
}

/** The task says what has become of its last run (S3). */
function judgeTask(events: readonly AguiEvent[]): string[] {
  const last = events.findLast((event) => event.type === EventType.CUSTOM && event.name === "task.changed");
  const status = last?.type === EventType.CUSTOM ? (last.value as TaskChangedPayload).task.status : undefined;
  return status === "completed" ? [] : [`S3: the task's last run is completed, the task is ${status}`];
}

function send(callers: Callers, { run, thread, text }: Start): Promise<unknown> {
  const body = { run_id: run, agent: "scripted", input: text };
  return callers.call({ what: "start", thread, run, about: text }, (http) =>
    http.post(`/api/v1/threads/${thread}/runs`, body),
  );
}

/** Whether every run has ended. */
async function idle(world: RealWorld): Promise<boolean> {
  for (const { run } of [...BEFORE, ...AFTER]) {
    const answer = await world.http?.get(`/api/v1/runs/${run}`).catch(() => undefined);
    // One whose start was lost with the server, and given up by its caller, is no run.
    if (answer === undefined || (answer.status === 200 && answer.body["end_seq"] === null)) return false;
  }
  return true;
}

/** Tells the last seq that a client gets of its thread as it is now. */
async function lastOf({ http, url }: RealWorld): Promise<(plan: ClientPlan) => number> {
  const threads = new Map<string, AguiEvent[]>();
  for (const thread of THREADS) {
    const events: AguiEvent[] = [];
    for (let more = true; more;) {
      const answer = await http?.get(`/api/v1/threads/${thread}/events?after=${events.length}`);
      const page = (answer?.body["events"] ?? []) as unknown as { event: AguiEvent }[];
      events.push(...page.map(({ event }) => event));
      more = page.length > 0;
    }
    threads.set(thread, events);
  }
  return ({ thread, transport }) => {
    const context = { threadId: thread, epoch: "", origin: url };
    return expectedOf(transport, context, threads.get(thread) ?? []).findLastIndex((frame) => frame !== undefined) + 1;
  };
}

/** Waits for it; false when it does not come. */
async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
