import { z } from "zod";

/**
 * What AG-UI lacks: the payloads of CUSTOM events, by name. Presence and typing are not here; they
 * are never logged.
 */

export const TaskSchema = z.object({
  id: z.string().min(1).max(128),
  title: z.string().min(1).max(500),
  description: z.string().max(20_000).default(""),
  status: z.enum(["pending", "running", "paused", "completed", "failed", "cancelled"]).default("pending"),
  priority: z.enum(["P0", "P1", "P2", "P3"]).nullable().default(null),
  agent: z.string().max(128).nullable().default(null),
  checklist: z.array(z.object({ text: z.string().max(500), done: z.boolean() })).max(200).default([]),
  tags: z.array(z.string().max(64)).max(50).default([]),
  /** 0 to 1. */
  progress: z.number().min(0).max(1).nullable().default(null),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1).nullable().default(null),
  result: z.unknown().optional(),
  /** ISO-8601 UTC with milliseconds. */
  created_at: z.string(),
  /** ISO-8601 UTC with milliseconds. */
  updated_at: z.string(),
  /** Counts changes from 1. */
  version: z.number().int().min(1),
});
export type Task = z.infer<typeof TaskSchema>;

export const ChartCommandSchema = z.object({
  command: z.string().min(1).max(2_000),
  /** `raw`: the grammar does not know it; delivered verbatim all the same. */
  commandType: z.enum(["chart_command", "raw"]),
  /** Name of the agent that drew it. */
  agent: z.string().nullable().optional(),
});

export const ChartCreatedSchema = z.object({
  chartId: z.string().min(1),
  /** Path or URL of a page that shows the chart. */
  url: z.string().min(1),
  symbol: z.string().min(1),
  interval: z.string().min(1),
});

export const ArtifactSchema = z.object({
  artifactId: z.string().min(1),
  kind: z.string().min(1),
  title: z.string(),
  content: z.unknown(),
});

export const ProgressSchema = z.object({
  current: z.number().min(0),
  total: z.number().min(0),
  message: z.string().nullable().optional(),
});

export const ConfidenceSchema = z.object({ confidence: z.number().min(0).max(1) });
export const RunPausedSchema = z.object({ runId: z.string() });
export const RunResumedSchema = z.object({ runId: z.string() });
export const TaskChangedSchema = z.object({ task: TaskSchema, deleted: z.boolean().optional() });
export const NotificationSchema = z.object({ title: z.string(), body: z.string().optional() });

/** Schema of `value` by the CUSTOM event's `name`. A name not listed is the agent's own and passes. */
export const CUSTOM_PAYLOADS = {
  "chart.command": ChartCommandSchema,
  "chart.created": ChartCreatedSchema,
  artifact: ArtifactSchema,
  progress: ProgressSchema,
  confidence: ConfidenceSchema,
  "run.paused": RunPausedSchema,
  "run.resumed": RunResumedSchema,
  "task.changed": TaskChangedSchema,
  notification: NotificationSchema,
} as const;

export type CustomName = keyof typeof CUSTOM_PAYLOADS;
export type CustomPayload<Name extends CustomName> = z.infer<(typeof CUSTOM_PAYLOADS)[Name]>;
