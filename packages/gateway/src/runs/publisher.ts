import {
  type AguiEvent,
  chartCommandType,
  type ChartPublisher,
  type Clock,
  type CommandType,
  EventType,
  MAX_CHART_COMMAND,
  ThroughlineError,
} from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { encodeEvent } from "../threads/codec.ts";
import { checkId, keys } from "../threads/names.ts";
import type { Threads } from "../threads/threads.ts";
import { CommandLog } from "./stored/command-log.ts";

/** A chart command as somebody outside any run gives it. */
export interface ChartDrawing {
  readonly command: string;
  readonly commandType?: CommandType | undefined;
}

interface Publication {
  readonly tenant: string;
  readonly threadId: string;
  readonly name: "chart.command";
  /** The payloads of the events, in order; at least one. */
  readonly values: readonly unknown[];
  /** Repeats of it apply once (R4). */
  readonly id?: string | undefined;
}

/** Writes CUSTOM events to threads, outside any run. */
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
  of(tenant: string): { readonly charts: ChartPublisher } {
    return {
      charts: {
        streamChartCommand: (sessionId, command, commandType) =>
          this.draw(tenant, sessionId, [{ command, commandType }]),
      },
    };
  }

  /**
   * Sends chart commands to a session, all or none.
   * @param id of the publication; a repeat gives the seq of the first time
   * @returns seq of the last command
   * @throws invalid_input
   */
  async draw(tenant: string, sessionId: string, commands: readonly ChartDrawing[], id?: string): Promise<number> {
    const threadId = `chart:${checkId("session_id", sessionId)}`;
    return this.#publish({ tenant, threadId, name: "chart.command", values: commands.map(checkDrawing), id });
  }

  async #publish(publication: Publication): Promise<number> {
    const { tenant, threadId, id } = publication;
    const key = keys.publications(tenant, threadId);
    for (;;) {
      const stored = id === undefined ? undefined : await this.#log.control(key);
      const earlier = new CommandLog(key, stored);
      const done = id === undefined ? undefined : earlier.find(id);
      if (done !== undefined) return Number(done);
      try {
        return await this.#write(publication, (last) =>
          id === undefined ? [] : [{ ...earlier.note(id, String(last)), expect: stored ?? null }],
        );
      } catch (error) {
        // Another publication with an id came in between: look again whether it was this one.
        if (id === undefined || ThroughlineError.from(error).code !== "control_mismatch") throw error;
      }
    }
  }

  async #write(
    { tenant, threadId, name, values }: Publication,
    noted: (last: number) => readonly { key: string; value: string | null }[],
  ): Promise<number> {
    const thread = await this.#threads.open(tenant, threadId);
    const now = this.#clock.now();
    const events = values.map((value): AguiEvent => ({ type: EventType.CUSTOM, name, value, timestamp: now }));
    const written = await thread.writer.write({
      compose: (first) => {
        const lastSeq = first + events.length - 1;
        // A line in lists for a thread that has none; those that have one are not told of every command.
        const line = thread.line.now === undefined ? thread.line.change({ id: threadId, lastSeq, now }) : undefined;
        const controls = [...(line?.writes ?? []), ...noted(lastSeq)];
        return { records: events.map(encodeEvent), controls, ...(line && { stored: line.stored }) };
      },
    });
    return written.last;
  }
}

/** @throws invalid_input */
function checkDrawing({ command, commandType }: ChartDrawing): { command: string; commandType: CommandType } {
  if (typeof command === "string" && command !== "" && command.length <= MAX_CHART_COMMAND) {
    return { command, commandType: chartCommandType(command, commandType) };
  }
  throw new ThroughlineError("invalid_input", `A chart command is a text of 1 to ${MAX_CHART_COMMAND} characters.`);
}
