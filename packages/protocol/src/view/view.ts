import type { Interrupt, Message, ResumeEntry } from "../events.ts";
import type { Task } from "../custom.ts";

/**
 * The view of a thread: the fold of its events. One reducer (view/reduce.ts), used by server and
 * client alike. Every value is JSON, so a view can be stored and sent as it is.
 */
export interface ThreadView {
  readonly threadId: string;
  /** Seq of the last event folded in; 0 for an empty thread. */
  readonly lastSeq: number;
  readonly status: ThreadStatus;
  /** The conversation, activities included; the text of an open message is what has come so far. */
  readonly messages: readonly Message[];
  /** The agents' shared state (STATE_SNAPSHOT, STATE_DELTA). */
  readonly state: unknown;
  /** Every run, oldest first. */
  readonly runs: readonly RunView[];
  /** Starts that have waited for their turn and never run, oldest first; the latest 100. */
  readonly withdrawnRuns: readonly WithdrawnRunView[];
  /** Tool calls of the newest run that had any, in order. */
  readonly toolCalls: readonly ToolCallView[];
  /** Named agents of every run, in order of their start: older messages still say whose they are. */
  readonly subagents: readonly SubagentView[];
  /** Steps of the newest run that had any, in order of their start. */
  readonly steps: readonly StepView[];
  /** The newest run's last CUSTOM `progress`. */
  readonly progress: ProgressView | null;
  /** The newest run's last CUSTOM `confidence`, 0 to 1. */
  readonly confidence: number | null;
  /** Chart commands in force, in order, as a late joiner needs them. */
  readonly chart: readonly ChartCommandView[];
  /** How many chart commands the thread has had, in force or not. */
  readonly chartCommandsSent: number;
  /** Charts made (CUSTOM `chart.created`). */
  readonly charts: readonly ChartView[];
  readonly artifacts: readonly ArtifactView[];
  /** Tasks by id, as the last `task.changed` left them. */
  readonly tasks: { readonly [id: string]: Task };
  /** Questions nobody has answered yet. */
  readonly pendingInterrupts: readonly PendingInterrupt[];
  /** Questions with their answers, in order of the answers. */
  readonly answeredInterrupts: readonly AnsweredInterrupt[];
  /** What the current run has begun and not ended, in order, so that a late joiner can re-open it. */
  readonly open: readonly OpenItemView[];
}

export type ThreadStatus = "idle" | "running" | "paused" | "waiting" | "failed";

export interface RunView {
  readonly runId: string;
  readonly parentRunId: string | null;
  /** The agent's name, from RUN_STARTED.input.forwardedProps.agent. */
  readonly agent: string | null;
  readonly status: "running" | "paused" | "completed" | "waiting" | "cancelled" | "failed";
  /** Seq of RUN_STARTED. */
  readonly startSeq: number;
  /** Seq of the terminal event; null while it runs. */
  readonly endSeq: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
  /** What a completed run says it came to (RUN_FINISHED.result); absent where it says nothing. */
  readonly result?: unknown;
}

export interface WithdrawnRunView {
  readonly runId: string;
  /** Why it could not start; null where somebody has cancelled it. */
  readonly code: string | null;
}

export interface ToolCallView {
  readonly toolCallId: string;
  readonly name: string;
  readonly runId: string;
  readonly subagentRunId: string | null;
  /** JSON text, as far as it has come. */
  readonly args: string;
  /**
   * `calling`: its arguments are still coming. `running`: its result is awaited, if need be beyond the
   * run's end, from the application. `unfinished`: the run failed or was cancelled before the result.
   */
  readonly status: "calling" | "running" | "completed" | "unfinished";
  /** The text of the result; parts that are not text are in the tool message only. */
  readonly result: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface SubagentView {
  readonly subagentRunId: string;
  readonly runId: string;
  readonly parentSubagentRunId: string | null;
  readonly name: string;
  readonly emoji: string | null;
  readonly status: "working" | "completed" | "suspended" | "failed";
  readonly message: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface StepView {
  readonly name: string;
  readonly runId: string;
  readonly subagentRunId: string | null;
  readonly status: "running" | "completed";
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface ProgressView {
  readonly current: number;
  readonly total: number;
  readonly message: string | null;
}

export interface ChartCommandView {
  readonly seq: number;
  readonly command: string;
  readonly commandType: "chart_command" | "raw";
  /** Name of the agent that drew it. */
  readonly agent: string | null;
  /** When it was given, in ms since the Unix epoch; absent where the event did not say. */
  readonly at?: number;
}

export interface ChartView {
  readonly chartId: string;
  readonly url: string;
  readonly symbol: string;
  readonly interval: string;
}

export interface ArtifactView {
  readonly artifactId: string;
  readonly kind: string;
  readonly title: string;
  readonly content: unknown;
}

export interface PendingInterrupt {
  readonly runId: string;
  readonly interrupt: Interrupt;
}

export interface AnsweredInterrupt extends PendingInterrupt {
  /** The run that went on with the answer. */
  readonly answerRunId: string;
  /** `cancelled`: somebody let the question be. */
  readonly status: ResumeEntry["status"];
  readonly answer: unknown;
  /** Id of the message the answer stands behind; null for none. */
  readonly afterMessageId: string | null;
}

/** An item that has been begun and not ended. Open steps and subagents show in their own lists. */
export interface OpenItemView {
  readonly kind: "message" | "tool_call" | "reasoning" | "reasoning_message";
  /** Its messageId or toolCallId. */
  readonly id: string;
  readonly subagentRunId: string | null;
}
