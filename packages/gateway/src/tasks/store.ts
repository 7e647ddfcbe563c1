import {
  type AguiEvent,
  type Clock,
  type Random,
  newTask,
  type Task,
  type TaskContent,
  type TaskPublisher,
  type ThreadEvent,
  ThroughlineError,
} from "@throughline/protocol";
import { TaskSchema } from "@throughline/protocol/schemas";
import type { StreamLog } from "@throughline/log";
import { authorize } from "../access/authorize.ts";
import type { Principal } from "../access/principal.ts";
import { encodeEvent } from "../threads/codec.ts";
import { checkId, keys } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import type { Threads } from "../threads/threads.ts";
import type { Composed } from "../threads/writer.ts";
import { everyTask, listTasks, type TaskPage, type TaskQuery } from "./list.ts";
import { taskWrites } from "./order.ts";
import { changedTask, isHeld, taskChanged, taskIn, taskThread } from "./task.ts";

/** The versions a change is meant for; absent = whatever is there. */
export type Expectation = readonly number[] | undefined;

/** What the store works with. */
export interface TaskPorts {
  readonly log: StreamLog;
  readonly threads: Threads;
  readonly clock: Clock;
  readonly random: Random;
}

/** Longer ids would not fit into the thread's. */
const MAX_ID = 128;

/**
 * The tasks: records committed with the event of each change, on the task's own thread (S3).
 *
 * A change is composed when its batch's turn has come, from the task as the thread's events have left it
 * by then. So changes of people, agents and runs follow one another, and a version is checked against
 * what really stands before it.
 */
export class TaskStore {
  readonly #ports: TaskPorts;
  /** Threads whose task is gone and whose stream soon is: nothing may be promised there any more. */
  readonly #retired = new WeakSet<Thread>();

  constructor(ports: TaskPorts) {
    this.#ports = ports;
  }

  /** @throws forbidden, not_found */
  async get(principal: Principal, id: string): Promise<Task> {
    authorize(principal, "read", taskThread(id));
    const value = await this.#ports.log.control(keys.task(principal.tenant, checkTaskId(id)));
    if (value === undefined) throw missing(id);
    return JSON.parse(value) as Task;
  }

  /** @throws forbidden, invalid_cursor */
  async list(
    principal: Principal,
    query: TaskQuery,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<TaskPage> {
    authorize(principal, "read", taskThread("*"));
    return listTasks(this.#ports.log, principal.tenant, query, page);
  }

  /** @throws forbidden */
  every(principal: Principal, query: TaskQuery): AsyncGenerator<Task> {
    authorize(principal, "read", taskThread("*"));
    return everyTask(this.#ports.log, principal.tenant, query);
  }

  /** @throws forbidden, invalid_input, task_exists */
  async create(
    principal: Principal,
    content: Partial<TaskContent> & { readonly title: string },
    id: string = this.#ports.random.uuid(),
  ): Promise<Task> {
    authorize(principal, "publish", taskThread(id));
    const thread = await this.#open(principal.tenant, id);
    return this.#write(thread, id, (before, now) => {
      if (before !== undefined) throw new ThroughlineError("task_exists", `There is a task "${id}" already.`);
      return newTask(id, content, now);
    });
  }

  /**
   * @param change of the task as it is now
   * @throws forbidden, not_found, version_mismatch; thread_busy for a status against that of a run
   */
  async update(principal: Principal, id: string, change: Partial<TaskContent>, expected?: Expectation): Promise<Task> {
    authorize(principal, "publish", taskThread(id));
    const thread = await this.#find(principal.tenant, id);
    return this.#write(thread, id, (before, now) => {
      const task = present(before, id, expected);
      if (isHeld(thread.view) && change.status !== undefined && change.status !== task.status) {
        throw new ThroughlineError(
          "thread_busy",
          `A run works on task "${id}", or waits for an answer, and decides its status; cancel it first.`,
        );
      }
      return changedTask(task, change, now);
    });
  }

  /** What agents of this tenant may write. */
  publisher(tenant: string): TaskPublisher {
    return { put: async (task) => void (await this.put(tenant, task)) };
  }

  /**
   * Stores a task as an agent of this tenant says it is now. While a run works on it, its status stays
   * the run's.
   * @throws invalid_input
   */
  async put(tenant: string, said: Task): Promise<Task> {
    const { id, created_at: _created, updated_at: _updated, version: _version, ...content } = checkTask(said);
    const thread = await this.#open(tenant, id);
    return this.#write(thread, id, (before, now) => {
      if (before === undefined) return newTask(id, content, now);
      return changedTask(before, isHeld(thread.view) ? { ...content, status: before.status } : content, now);
    });
  }

  /**
   * Takes the task away: its record, its places in lists. The event of it is the last of its thread, which
   * is the caller's to delete.
   * @param mark a control key to set in the same batch
   * @throws forbidden, not_found, version_mismatch
   */
  async retire(principal: Principal, id: string, expected: Expectation, mark: string): Promise<Thread> {
    authorize(principal, "delete", taskThread(id));
    const thread = await this.#find(principal.tenant, id);
    await thread.writer.write({
      compose: () => {
        const task = present(taskIn(thread.view, id), id, expected);
        const controls = [...taskWrites(thread.tenant, task, undefined), { key: mark, value: "" }];
        const event = taskChanged(task, this.#ports.clock.now(), true);
        return { records: [encodeEvent(event)], controls, stored: () => void this.#retired.add(thread) };
      },
    });
    return thread;
  }

  /**
   * Writes an event of the application's onto the task's thread, and what it changes of the task.
   * @returns the event's seq
   * @throws not_found
   */
  async note(tenant: string, id: string, event: AguiEvent, change: Partial<TaskContent>): Promise<number> {
    const thread = await this.#find(tenant, id);
    const { first } = await thread.writer.write({
      compose: (seq) => {
        const now = this.#ports.clock.now();
        const before = present(taskIn(thread.view, id), id, undefined);
        const after = changedTask(before, change, now);
        const events = [{ ...event, timestamp: now }, ...(after === before ? [] : [taskChanged(after, now)])];
        const line = thread.line.change({ id: thread.id, lastSeq: seq + events.length - 1, now });
        const controls = [...taskWrites(thread.tenant, before, after), ...line.writes];
        return { records: events.map(encodeEvent), controls, stored: line.stored };
      },
    });
    return first;
  }

  /** Every event of the task's thread, up to the last there is now. @throws not_found */
  async *events(tenant: string, id: string): AsyncGenerator<ThreadEvent> {
    const thread = await this.#find(tenant, id);
    const release = thread.hold();
    try {
      yield* thread.range(0, thread.head);
    } finally {
      release();
    }
  }

  async #write(thread: Thread, id: string, make: (before: Task | undefined, now: number) => Task): Promise<Task> {
    let after: Task | undefined;
    const compose = (first: number): Composed => {
      const now = this.#ports.clock.now();
      if (this.#retired.has(thread)) throw new ThroughlineError("unavailable", `Task "${id}" is being deleted.`);
      const before = taskIn(thread.view, id);
      after = make(before, now);
      // Nothing changes: no event, no new version.
      if (after === before) return { records: [], controls: [] };
      const line = thread.line.change({ id: thread.id, lastSeq: first, now, text: after.title });
      const controls = [...taskWrites(thread.tenant, before, after), ...line.writes];
      return { records: [encodeEvent(taskChanged(after, now))], controls, stored: line.stored };
    };
    await thread.writer.write({ compose });
    return after as unknown as Task;
  }

  #open(tenant: string, id: string): Promise<Thread> {
    return this.#ports.threads.open(tenant, taskThread(checkTaskId(id)));
  }

  /** @throws not_found */
  async #find(tenant: string, id: string): Promise<Thread> {
    const thread = await this.#open(tenant, id);
    if (thread.head === 0) throw missing(id);
    return thread;
  }
}

/** @throws not_found, version_mismatch */
function present(task: Task | undefined, id: string, expected: Expectation): Task {
  if (task === undefined) throw missing(id);
  if (expected === undefined || expected.includes(task.version)) return task;
  throw new ThroughlineError("version_mismatch", `Task "${id}" is at version ${task.version} by now.`);
}

function missing(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no task "${id}".`);
}

/** @throws invalid_input */
function checkTaskId(id: string): string {
  if (id.length <= MAX_ID) return checkId("task_id", id);
  throw new ThroughlineError("invalid_input", `"task_id" must be at most ${MAX_ID} characters.`);
}

/** @throws invalid_input */
function checkTask(task: Task): Task {
  const checked = TaskSchema.safeParse(task);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new ThroughlineError(
    "invalid_input",
    `The task's "${issue?.path.join(".") ?? ""}": ${issue?.message ?? "is invalid"}`,
  );
}
