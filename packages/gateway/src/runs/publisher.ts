import {
  type AguiEvent,
  type ChartPublisher,
  type Clock,
  EventType,
  parseChartCommand,
  type TaskPublisher,
} from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "../threads/names.ts";
import { summaryWrites } from "../threads/summary.ts";
import type { Threads } from "../threads/threads.ts";

/** Writes single CUSTOM events to threads, outside any run. */
export class Publisher {
  readonly #log: StreamLog;
  readonly #threads: Threads;
  readonly #clock: Clock;

  constructor(options: { readonly log: StreamLog; readonly threads: Threads; readonly clock: Clock }) {
    this.#log = options.log;
    this.#threads = options.threads;
    this.#clock = options.clock;
  }

  /** What an agent of this tenant may write outside its own thread. */
  of(tenant: string): { readonly charts: ChartPublisher; readonly tasks: TaskPublisher } {
    return {
      charts: {
        streamChartCommand: (sessionId, command) => {
          const commandType = parseChartCommand(command) === undefined ? "raw" : "chart_command";
          return this.#publish(tenant, `chart:${sessionId}`, "chart.command", { command, commandType });
        },
      },
      tasks: {
        put: async (task) => {
          await this.#publish(tenant, `task:${task.id}`, "task.changed", { task });
        },
      },
    };
  }

  async #publish(tenant: string, threadId: string, name: string, value: unknown): Promise<number> {
    const thread = await this.#threads.open(tenant, threadId);
    const listed = await this.#log.control(keys.thread(tenant, threadId));
    const now = this.#clock.now();
    const event: AguiEvent = { type: EventType.CUSTOM, name, value, timestamp: now };
    const { last } = await thread.writer.write({
      events: [event],
      controls: (first) =>
        listed === undefined ? summaryWrites(tenant, undefined, { id: threadId, status: "idle", lastSeq: first, now }).writes : [],
    });
    return last;
  }
}
