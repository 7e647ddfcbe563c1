import {
  type AguiCustomEvent,
  type AguiEvent,
  type Clock,
  EventType,
  type Task,
  type TaskContent,
  type ThreadView,
  ThroughlineError,
} from "@throughline/protocol";
import type { Companion, Joined, RunStep } from "../runs/stored/companion.ts";
import type { Ending } from "../runs/stored/records.ts";
import type { Thread } from "../threads/thread.ts";
import { taskWrites } from "./order.ts";
import { changedTask, differences, taskChanged, taskIn, taskOfThread } from "./task.ts";

/** A result above this many characters of JSON is not kept in the task; the thread has all of it. */
const MAX_RESULT = 64 * 1024;

/** The companion of a task's thread; undefined for a thread of another kind. */
export function taskCompanion(thread: Thread, clock: Clock): Companion | undefined {
  const taskId = taskOfThread(thread.id);
  return taskId === undefined ? undefined : new TaskCompanion(thread, taskId, clock);
}

/**
 * Keeps a task in step with the runs on its thread: a run's start, hold and end decide the task's
 * status, what its agent reports becomes the task's progress, and what its agent says of the task goes
 * the way of every change.
 */
class TaskCompanion implements Companion {
  readonly #thread: Thread;
  readonly #taskId: string;
  readonly #clock: Clock;
  /** The task as the agent of the current run knows it. */
  #known: Task | undefined;
  /** How many messages the thread had when the current run began. */
  #messagesBefore = 0;

  constructor(thread: Thread, taskId: string, clock: Clock) {
    this.#thread = thread;
    this.#taskId = taskId;
    this.#clock = clock;
  }

  takes(event: AguiEvent): boolean {
    if (event.type !== EventType.CUSTOM) return false;
    if (event.name === "task.changed") return saidTask(event).id === this.#taskId;
    return event.name === "progress" || event.name === "confidence";
  }

  join(step: RunStep, view: ThreadView): Joined {
    const task = taskIn(view, this.#taskId);
    if (task === undefined) return this.#joinNone(step);
    if (step.type === "event") return this.#joinEvent(task, step.event);
    const effect = this.#effect(step, view);
    if (step.type === "started") {
      this.#known = { ...task, progress: effect.progress ?? task.progress };
      this.#messagesBefore = view.messages.length;
    }
    return this.#change(task, effect);
  }

  /** The task is being deleted, or never was: nothing starts, and what goes on ends without it. */
  #joinNone(step: RunStep): Joined {
    if (step.type === "started") throw new ThroughlineError("not_found", `There is no task "${this.#taskId}".`);
    const own = step.type === "event" && !(step.event.type === EventType.CUSTOM && step.event.name === "task.changed");
    return { events: own ? [step.event] : [], controls: [] };
  }

  #joinEvent(task: Task, event: AguiEvent): Joined {
    if (event.type !== EventType.CUSTOM) return { events: [event], controls: [] };
    if (event.name !== "task.changed") {
      const changed = this.#change(task, reported(event));
      return { events: [event, ...changed.events], controls: changed.controls };
    }
    const said = saidTask(event);
    const { status: _runs, ...change } = differences(this.#known ?? task, said);
    this.#known = said;
    return this.#change(task, change);
  }

  #effect(step: Exclude<RunStep, { type: "event" }>, view: ThreadView): Partial<TaskContent> {
    switch (step.type) {
      case "started": {
        const { agent, resume } = step.request;
        // An answer goes on where the question stopped; any other start begins anew.
        const fresh = resume === undefined ? { progress: 0, confidence: null, result: null } : {};
        return { status: "running", agent, ...fresh };
      }
      case "held":
        return { status: step.status };
      case "ended":
        return this.#endOf(step.ending, view);
    }
  }

  #endOf(ending: Ending, view: ThreadView): Partial<TaskContent> {
    switch (ending.type) {
      case "success":
        return { status: "completed", progress: 1, result: this.#resultOf(ending.result, view) };
      case "interrupt":
        return { status: "paused" };
      case "cancelled":
        return { status: "cancelled" };
      case "error":
        return { status: "failed", result: { error: { code: ending.code, message: ending.message } } };
    }
  }

  /** What the run gave as its result, else what was said last. */
  #resultOf(result: unknown, { messages: all }: ThreadView): unknown {
    const messages = all.slice(this.#messagesBefore);
    const last = messages.findLast(({ role }) => role === "assistant");
    const said = typeof last?.content === "string" ? last.content : null;
    const value = result ?? said;
    return (JSON.stringify(value) ?? "").length > MAX_RESULT ? { truncated: true } : value;
  }

  #change(task: Task, change: Partial<TaskContent>): Joined {
    const now = this.#clock.now();
    const after = changedTask(task, change, now);
    if (after === task) return { events: [], controls: [] };
    return { events: [taskChanged(after, now)], controls: taskWrites(this.#thread.tenant, task, after) };
  }
}

/** What a report of the agent's makes of the task. The payload was checked when the event was taken. */
function reported({ name, value }: AguiCustomEvent): Partial<TaskContent> {
  if (name === "confidence") return { confidence: (value as { confidence: number }).confidence };
  return { progress: shareOf(value as { current: number; total: number }) };
}

/** How much of the whole is done, 0 to 1. */
function shareOf({ current, total }: { readonly current: number; readonly total: number }): number {
  return total > 0 ? Math.min(1, current / total) : 0;
}

function saidTask(event: AguiCustomEvent): Task {
  return (event.value as { task: Task }).task;
}
