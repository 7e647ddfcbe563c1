import type { CommandType } from "./chart/grammar.ts";
import type { AguiEvent, RunAgentInput } from "./events.ts";
import type { Json } from "./json.ts";
import type { Clock, Ids, Logger } from "./seams.ts";
import type { ThreadView } from "./view/view.ts";
import type { Task } from "./custom.ts";

/**
 * Something that can be run: takes what a person said, yields AG-UI events.
 *
 * The gateway owns the frame of a run. It writes RUN_STARTED before the first event; the iterable's
 * end means success, a thrown error becomes RUN_ERROR. An agent may yield its own RUN_FINISHED
 * (with an outcome, to interrupt with a question) or RUN_ERROR as its last event; a RUN_STARTED it
 * yields is dropped. Items left open at the end are closed by the gateway.
 */
export interface Agent {
  /** What addresses and `?agent=` call it: lower-case words joined by hyphens. */
  readonly name: string;
  /** One sentence for people who choose between agents. */
  readonly description?: string;
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<AguiEvent>;
}

/** What an agent is given beside its input. */
export interface AgentContext {
  /** Fires when the run has ended, in whatever way; within 50 ms of a cancel (rule R5). */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Ids unique within the thread. */
  readonly ids: Ids;
  /** The thread as it stood just before this run. */
  readonly view: ThreadView;
  /**
   * Waits while the run is paused. The gateway also holds back between any two events of a paused
   * run, so only work that takes long without an event needs this.
   * @throws the signal's reason once the run is cancelled
   */
  checkpoint(): Promise<void>;
  /** Draws on another thread's chart. Resolves once the command is durable. */
  readonly charts: ChartPublisher;
  /** Writes tasks outside this run. Resolves once the change is durable. */
  readonly tasks: TaskPublisher;
}

/** Sends chart commands to chart sessions (thread `chart:{sessionId}`). */
export interface ChartPublisher {
  /**
   * @param command a command of the chart grammar; what does not parse is delivered verbatim, marked raw
   * @param commandType `raw` for a text of the session's own grammar, even where it looks like ours
   * @returns the command's seq in the session's thread
   * @throws invalid_input for an empty or too long command, or an id that cannot be one
   */
  streamChartCommand(sessionId: string, command: string, commandType?: CommandType): Promise<number>;
}

/** Writes tasks (thread `task:{id}`). */
export interface TaskPublisher {
  /** Stores the task as it is now; its change is one event on the task's thread. */
  put(task: Task): Promise<void>;
}

/** The input of a run as people and HTTP callers write it. */
export interface RunText {
  readonly text: string;
  readonly context?: { readonly [key: string]: Json };
}
