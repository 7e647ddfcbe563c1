/**
 * What a frame means to the stores, whichever protocol it came by: the translators (stream-frames.ts,
 * chat-frames.ts) make these, and each store takes those that concern it.
 */
export type Update =
  | { readonly kind: "text"; readonly messageId: string; readonly agent: string | null; readonly delta: string }
  | { readonly kind: "agent"; readonly name: string; readonly emoji: string | null; readonly status: AgentStatus }
  | ({ readonly kind: "tool" } & ToolExecution)
  | ({ readonly kind: "progress" } & Progress)
  | ({ readonly kind: "chart" } & ChartLink)
  | ({ readonly kind: "ended" } & RunEnding)
  | { readonly kind: "question"; readonly questions: readonly AskedQuestion[] }
  /** What was asked for was refused, or a run failed. */
  | { readonly kind: "error"; readonly code: string; readonly message: string }
  /** What is known of the current run is told anew from here on. */
  | { readonly kind: "reset" };

export type AgentStatus = "working" | "completed" | "failed";

export interface ToolExecution {
  /** The tool call's id. */
  readonly id: string;
  readonly tool: string;
  readonly status: "running" | "completed" | "failed";
  readonly agent: string | null;
  readonly args?: unknown;
  readonly result?: unknown;
}

export interface Progress {
  readonly current: number;
  readonly total: number;
  readonly message: string | null;
}

export interface ChartLink {
  readonly chartId: string;
  /** A page that shows the chart. */
  readonly url: string;
  readonly symbol: string;
  readonly interval: string;
}

export interface Artifact {
  readonly artifactId: string;
  /** `kind` on the wire. */
  readonly type: string;
  readonly title: string;
  readonly content: unknown;
}

export interface RunEnding {
  readonly outcome: "completed" | "cancelled";
  /** All that was said; null where nothing is told of it. */
  readonly content: string | null;
  readonly messageId: string | null;
  readonly artifacts: readonly Artifact[];
  readonly agentsUsed: readonly string[];
}

export interface AskedQuestion {
  readonly questionId: string;
  readonly question: string;
  readonly options: readonly string[];
}
