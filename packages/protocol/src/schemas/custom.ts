import { z } from "zod";
import type { CustomPayloads } from "../custom.ts";

/**
 * The schemas of the CUSTOM payloads. They are loose: an agent may add fields of its own, and they
 * travel on; only a task, which people store and list, is closed.
 */

export const TaskSchema = z.object({
  id: z.string().min(1).max(128),
  title: z.string().min(1).max(500),
  description: z.string().max(20_000).default(""),
  status: z.enum(["pending", "running", "paused", "completed", "failed", "cancelled"]).default("pending"),
  priority: z.enum(["P0", "P1", "P2", "P3"]).nullable().default(null),
  agent: z.string().max(128).nullable().default(null),
  checklist: z
    .array(z.object({ text: z.string().max(500), done: z.boolean() }))
    .max(200)
    .default([]),
  tags: z.array(z.string().max(64)).max(50).default([]),
  progress: z.number().min(0).max(1).nullable().default(null),
  confidence: z.number().min(0).max(1).nullable().default(null),
  result: z.unknown().optional(),
  created_at: z.iso.datetime({ precision: 3 }),
  updated_at: z.iso.datetime({ precision: 3 }),
  version: z.number().int().min(1),
});

export const ChartCommandSchema = z.looseObject({
  command: z.string().min(1).max(2_000),
  commandType: z.enum(["chart_command", "raw"]),
  agent: z.string().nullable().optional(),
});

export const ChartCreatedSchema = z.looseObject({
  chartId: z.string().min(1),
  url: z.string().min(1),
  symbol: z.string().min(1),
  interval: z.string().min(1),
});

export const ArtifactSchema = z.looseObject({
  artifactId: z.string().min(1),
  kind: z.string().min(1),
  title: z.string(),
  content: z.unknown(),
});

export const ProgressSchema = z.looseObject({
  current: z.number().min(0),
  total: z.number().min(0),
  message: z.string().nullable().optional(),
});

export const ConfidenceSchema = z.looseObject({ confidence: z.number().min(0).max(1) });
export const RunPausedSchema = z.looseObject({ runId: z.string() });
export const RunResumedSchema = z.looseObject({ runId: z.string() });
export const RunWithdrawnSchema = z.looseObject({ runId: z.string(), code: z.string().optional() });
export const TaskChangedSchema = z.looseObject({ task: TaskSchema, deleted: z.boolean().optional() });
export const TaskEventSchema = z.looseObject({
  event_type: z.string().min(1).max(64),
  data: z.record(z.string(), z.unknown()).optional(),
});
export const NotificationSchema = z.looseObject({ title: z.string(), body: z.string().optional() });

/** Schema of `value` by the CUSTOM event's `name`. A name not listed is the agent's own and passes. */
export const CUSTOM_PAYLOADS = {
  "chart.command": ChartCommandSchema,
  "chart.created": ChartCreatedSchema,
  artifact: ArtifactSchema,
  progress: ProgressSchema,
  confidence: ConfidenceSchema,
  "run.paused": RunPausedSchema,
  "run.resumed": RunResumedSchema,
  "run.withdrawn": RunWithdrawnSchema,
  "task.changed": TaskChangedSchema,
  "task.event": TaskEventSchema,
  notification: NotificationSchema,
} as const satisfies { readonly [Name in keyof CustomPayloads]: z.ZodType<CustomPayloads[Name]> };
