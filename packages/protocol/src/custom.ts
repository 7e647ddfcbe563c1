/**
 * What AG-UI lacks: the payloads of CUSTOM events, by name. Their schemas stand in schemas/custom.ts,
 * apart from here so that a browser need not load them. Presence and typing are not here; they are
 * never logged.
 */

export type TaskStatus = "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
export type TaskPriority = "P0" | "P1" | "P2" | "P3";

/** A task as people and HTTP callers see it; hence the snake_case. */
export interface Task {
  id: string;
  title: string;
  description: string;
  status: TaskStatus;
  priority: TaskPriority | null;
  /** Name of the agent that works on it. */
  agent: string | null;
  checklist: { text: string; done: boolean }[];
  tags: string[];
  /** 0 to 1. */
  progress: number | null;
  /** 0 to 1. */
  confidence: number | null;
  result?: unknown;
  /** ISO-8601 UTC with milliseconds. */
  created_at: string;
  /** ISO-8601 UTC with milliseconds. */
  updated_at: string;
  /** Counts changes from 1. */
  version: number;
}

export interface ChartCommandPayload {
  command: string;
  /** `raw`: the grammar does not know it; delivered verbatim all the same. */
  commandType: "chart_command" | "raw";
  /** Name of the agent that drew it. */
  agent?: string | null | undefined;
}

export interface ChartCreatedPayload {
  chartId: string;
  /** Path or URL of a page that shows the chart. */
  url: string;
  symbol: string;
  interval: string;
}

export interface ArtifactPayload {
  artifactId: string;
  kind: string;
  title: string;
  content: unknown;
}

export interface ProgressPayload {
  current: number;
  total: number;
  message?: string | null | undefined;
}

export interface ConfidencePayload {
  /** 0 to 1. */
  confidence: number;
}

/** Payload of `run.paused` and `run.resumed`. */
export interface RunHeldPayload {
  runId: string;
}

/** Payload of `run.withdrawn`: a start that waited for its turn never runs. */
export interface RunWithdrawnPayload {
  runId: string;
  /** Why it cannot start; absent where somebody has cancelled it. */
  code?: string | undefined;
}

export interface TaskChangedPayload {
  /** The task as it is now. */
  task: Task;
  deleted?: boolean | undefined;
}

/** What the application itself tells of a task, outside any run. */
export interface TaskEventPayload {
  /** As clients of the task get it. */
  event_type: string;
  data?: { readonly [field: string]: unknown } | undefined;
}

export interface NotificationPayload {
  title: string;
  body?: string | undefined;
}

/** Payload by the CUSTOM event's `name`. A name not listed is the agent's own. */
export interface CustomPayloads {
  "chart.command": ChartCommandPayload;
  "chart.created": ChartCreatedPayload;
  artifact: ArtifactPayload;
  progress: ProgressPayload;
  confidence: ConfidencePayload;
  "run.paused": RunHeldPayload;
  "run.resumed": RunHeldPayload;
  "run.withdrawn": RunWithdrawnPayload;
  "task.changed": TaskChangedPayload;
  "task.event": TaskEventPayload;
  notification: NotificationPayload;
}

export type CustomName = keyof CustomPayloads;
export type CustomPayload<Name extends CustomName> = CustomPayloads[Name];
