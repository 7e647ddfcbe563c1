import { createRoute, z } from "@hono/zod-openapi";
import type { Json } from "@throughline/protocol";
import type { RunRecord } from "../runs/stored/records.ts";
import { CommandHeaders, commandIdOf } from "./command-id.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

const RunId = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" }, example: "run-7d0c" }) });

const Run = z
  .object({
    run_id: z.string(),
    thread_id: z.string(),
    agent: z.string(),
    status: z.enum(["queued", "running", "paused", "completed", "waiting", "cancelled", "failed"]),
    parent_run_id: z.string().nullable(),
    start_seq: z.number().int().nullable().openapi({ description: "Position of RUN_STARTED in the thread." }),
    end_seq: z.number().int().nullable().openapi({ description: "Position of the terminal event." }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi("Run");

const Answer = z
  .object({
    interrupt_id: z.string().min(1).max(200),
    answer: z.unknown(),
    thread_id: z.string().optional().openapi({
      description: "A fork of the run's thread, to answer there; absent = the run's thread.",
    }),
    id: z.string().optional(),
  })
  .openapi("Answer", { example: { interrupt_id: "question-1f0c9a2e-3", answer: "yes" } });

const Started = z.object({ run_id: z.string(), thread_id: z.string() }).openapi("StartedRun");

const json = <Schema extends z.ZodType>(schema: Schema): { content: { "application/json": { schema: Schema } } } => ({
  content: { "application/json": { schema } },
});

const refusals = { 404: refusal("There is no such run."), 409: refusal("The run is not in a state for that.") };

const get = createRoute({
  method: "get",
  path: "/api/v1/runs/{id}",
  summary: "One run",
  request: { params: RunId },
  responses: { 200: { description: "The run.", ...json(Run) }, 404: refusals[404] },
});

const command = (path: "cancel" | "pause" | "resume", summary: string) =>
  createRoute({
    method: "post",
    path: `/api/v1/runs/{id}/${path}` as const,
    summary,
    request: { params: RunId, headers: CommandHeaders },
    responses: { 200: { description: "The run as it is now.", ...json(Run) }, ...refusals },
  });

const cancel = command("cancel", "Cancel a run; answers once its terminal event is stored");
const pause = command("pause", "Hold a run between two of its events");
const resume = command("resume", "Let a held run go on");

const answer = createRoute({
  method: "post",
  path: "/api/v1/runs/{id}/answers",
  summary: "Answer a question of the run; the first answer wins",
  request: { params: RunId, headers: CommandHeaders, body: { required: true, ...json(Answer) } },
  responses: { 202: { description: "The run that goes on from it.", ...json(Started) }, ...refusals },
});

export function runRoutes(app: Api, { runs }: ApiPorts): void {
  app.openapi(get, async (c) => c.json(encodeRun(await runs.find(c.var.principal, c.req.valid("param").id)), 200));
  for (const [route, name] of [
    [cancel, "cancel"],
    [pause, "pause"],
    [resume, "resume"],
  ] as const) {
    app.openapi(route, async (c) => {
      const { principal } = c.var;
      const { runId, threadId } = await runs.find(principal, c.req.valid("param").id);
      c.set("threadId", threadId);
      await runs[name](principal, threadId, runId, commandIdOf(c.req.valid("header")));
      return c.json(encodeRun(await runs.find(principal, runId)), 200);
    });
  }
  app.openapi(answer, async (c) => {
    const { principal } = c.var;
    const asking = await runs.find(principal, c.req.valid("param").id);
    const { interrupt_id: interruptId, answer: value, id, thread_id: threadId = asking.threadId } = c.req.valid("json");
    c.set("threadId", threadId);
    const options = {
      interruptId,
      answer: (value ?? null) as Json,
      commandId: commandIdOf(c.req.valid("header"), id),
    };
    const { runId } = await runs.answer(principal, threadId, options);
    return c.json({ run_id: runId, thread_id: threadId }, 202);
  });
}

function encodeRun(record: RunRecord): z.infer<typeof Run> {
  return {
    run_id: record.runId,
    thread_id: record.threadId,
    agent: record.agent,
    status: record.status,
    parent_run_id: record.parentRunId,
    start_seq: record.startSeq,
    end_seq: record.endSeq,
    error: record.error,
  };
}
