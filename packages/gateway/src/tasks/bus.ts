import type { Clock, JsonObject, Logger } from "@throughline/protocol";
import { timeOf } from "../dialects/frames.ts";
import type { StoredEvent } from "../threads/stored-event.ts";
import type { Thread } from "../threads/thread.ts";
import { type TaskFilter, matchesFilter } from "./filter.ts";
import { taskOfThread } from "./task.ts";
import { BETWEEN_RUNS, type TaskState, toTaskEvent } from "./task-events.ts";

/** Something that happened to a task, durable by the time it is told. */
export interface TaskEvent {
  readonly tenant: string;
  readonly taskId: string;
  /** As in the frames of `WS /ws/tasks/{task_id}`. */
  readonly type: string;
  readonly data: JsonObject;
  /** ISO-8601 UTC with milliseconds. */
  readonly timestamp: string;
  /** Its place in the task's thread. */
  readonly seq: number;
}

/** May be asynchronous; what it throws or rejects with is logged, and harms nobody. */
export type TaskListener = (event: TaskEvent) => void | Promise<void>;

export interface BusStatistics {
  readonly subscribers: number;
  /** Events told since the process started. */
  readonly events: number;
  readonly by_type: Readonly<Record<string, number>>;
  /** How often a listener threw or rejected. */
  readonly failures: number;
  /** Events that {@link TaskBus.history} has. */
  readonly history: number;
}

interface Subscriber {
  readonly listener: TaskListener;
  readonly filter: TaskFilter;
}

const KEEP = 1_000;

/**
 * Tells the application's own code of everything that happens to tasks. It learns of events as every
 * client does, from the log, once they are durable (L1); listeners are called in a later turn of the
 * event loop, so that none holds up a commit.
 */
export class TaskBus {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #subscribers = new Set<Subscriber>();
  readonly #states = new WeakMap<Thread, TaskState>();
  readonly #byType = new Map<string, number>();
  #history: TaskEvent[] = [];
  #untold: TaskEvent[] = [];
  #told = 0;
  #failures = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @returns unsubscribes; safe to repeat */
  subscribe(listener: TaskListener, filter: TaskFilter = {}): () => void {
    const subscriber = { listener, filter };
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** The latest events that match, oldest first, of the last 1,000; all of them are in the log. */
  history(filter: TaskFilter = {}): readonly TaskEvent[] {
    return this.#history.slice(-KEEP).filter((event) => matchesFilter(filter, event));
  }

  statistics(): BusStatistics {
    return {
      subscribers: this.#subscribers.size,
      events: this.#told,
      by_type: Object.fromEntries(this.#byType),
      failures: this.#failures,
      history: Math.min(KEEP, this.#history.length),
    };
  }

  /** Hears of a thread's commit. */
  observe(thread: Thread, events: readonly StoredEvent[]): void {
    const taskId = taskOfThread(thread.id);
    if (taskId === undefined) return;
    let state = this.#states.get(thread) ?? stateOf(thread);
    for (const { parsed, seq } of events) {
      const step = toTaskEvent(state, parsed.event, taskId);
      state = step.state;
      if (step.type === undefined) continue;
      const timestamp = timeOf(parsed.event);
      this.#put({ tenant: thread.tenant, taskId, type: step.type, data: step.data, timestamp, seq });
    }
    this.#states.set(thread, state);
  }

  #put(event: TaskEvent): void {
    this.#told += 1;
    this.#byType.set(event.type, (this.#byType.get(event.type) ?? 0) + 1);
    this.#history.push(event);
    if (this.#history.length >= 2 * KEEP) this.#history = this.#history.slice(-KEEP);
    this.#untold.push(event);
    if (this.#untold.length === 1) this.#clock.setImmediate(() => this.#tell());
  }

  #tell(): void {
    const events = this.#untold;
    this.#untold = [];
    for (const event of events) {
      for (const { listener, filter } of this.#subscribers) {
        if (matchesFilter(filter, event)) this.#call(listener, event);
      }
    }
  }

  #call(listener: TaskListener, event: TaskEvent): void {
    try {
      listener(event)?.catch((error: unknown) => this.#handleFailure(event, error));
    } catch (error) {
      this.#handleFailure(event, error);
    }
  }

  #handleFailure({ taskId, type, seq }: TaskEvent, error: unknown): void {
    this.#failures += 1;
    this.#logger.error("a listener of the task bus failed", { taskId, type, seq, error });
  }
}

/** For a thread first heard of in the middle of a run, as after a restart. */
function stateOf({ view }: Thread): TaskState {
  const run = view.runs.at(-1);
  return run === undefined ? BETWEEN_RUNS : { ...BETWEEN_RUNS, runId: run.runId, agent: run.agent ?? "agent" };
}
