import {
  type AguiEvent,
  type ChartPublisher,
  type Clock,
  EventType,
  parseChartCommand,
  type Task,
  type TaskPublisher,
  ThroughlineError,
} from "@throughline/protocol";
import { TaskSchema } from "@throughline/protocol/schemas";
import type { StreamLog } from "@throughline/log";
import { encodeEvent } from "../threads/codec.ts";
import { checkId } from "../threads/names.ts";
import type { Threads } from "../threads/threads.ts";

/** Writes single CUSTOM events to threads, outside any run. */
export class Publisher {
  readonly #threads: Threads;
  readonly #clock: Clock;

  constructor(options: { readonly log: StreamLog; readonly threads: Threads; readonly clock: Clock }) {
    this.#threads = options.threads;
    this.#clock = options.clock;
  }

  /** What an agent of this tenant may write outside its own thread. */
  of(tenant: string): { readonly charts: ChartPublisher; readonly tasks: TaskPublisher } {
    return {
      charts: {
        streamChartCommand: (sessionId, command) => {
          checkId("session_id", sessionId);
          const commandType = parseChartCommand(command) === undefined ? "raw" : "chart_command";
          return this.#publish(tenant, `chart:${sessionId}`, "chart.command", { command, commandType });
        },
      },
      tasks: {
        put: async (task) => {
          await this.#publish(tenant, `task:${task.id}`, "task.changed", { task: checkTask(task) });
        },
      },
    };
  }

  async #publish(tenant: string, threadId: string, name: string, value: unknown): Promise<number> {
    const thread = await this.#threads.open(tenant, threadId);
    const now = this.#clock.now();
    const event: AguiEvent = { type: EventType.CUSTOM, name, value, timestamp: now };
    const { last } = await thread.writer.write({
      compose: (lastSeq) => {
        // A line in lists for a thread that has none; those that have one are not told of every command.
        const line = thread.line.now === undefined ? thread.line.change({ id: threadId, lastSeq, now }) : undefined;
        const controls = line?.writes ?? [];
        return { records: [encodeEvent(event)], controls, ...(line && { stored: line.stored }) };
      },
    });
    return last;
  }
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
