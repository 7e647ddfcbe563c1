import { createRoute, z } from "@hono/zod-openapi";
import type { Json, JsonObject, RunText, Task } from "@throughline/protocol";
import { taskThread } from "../tasks/task.ts";
import { AnyJson } from "./any-json.ts";
import { CommandHeaders, commandIdOf } from "./command-id.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";
import { etagOf } from "./etag.ts";
import { json, missing, TaskBody, TaskId } from "./tasks.ts";

/** Who works on a task that names nobody. */
const DEFAULT_AGENT = "task-worker";

const Run = z
  .object({
    agent: z.string().min(1).max(200).openapi({ description: "Absent = the task's own, else `task-worker`." }),
    input: z
      .union([z.string(), z.object({ text: z.string(), context: z.record(z.string(), AnyJson).optional() })])
      .openapi({ description: "Absent = the task's title and description." }),
    run_id: z.string().openapi({ description: "Yours to choose; the same again attaches, it never runs twice." }),
    id: z.string().max(200).openapi({ description: "Of this command; a repeat applies once." }),
  })
  .partial()
  .openapi("RunTask");

const Started = z
  .object({ run_id: z.string(), thread_id: z.string(), task_id: z.string(), task: TaskBody })
  .openapi("StartedTask");

const run = createRoute({
  method: "post",
  path: "/api/v1/tasks/{id}/run",
  summary: "Let an agent work on the task",
  request: { params: TaskId, headers: CommandHeaders, body: { required: false, ...json(Run) } },
  responses: {
    202: { description: "It runs, or waits for its turn.", ...json(Started) },
    ...missing,
    409: refusal("The run id is taken, or the task busy."),
  },
});

const command = (path: "pause" | "resume" | "cancel", summary: string) =>
  createRoute({
    method: "post",
    path: `/api/v1/tasks/{id}/${path}` as const,
    summary,
    request: { params: TaskId, headers: CommandHeaders },
    responses: {
      200: { description: "The task as it is now.", ...json(TaskBody) },
      ...missing,
      409: refusal("No run works on it."),
    },
  });

const commands = {
  pause: command("pause", "Hold the task's run between two of its events"),
  resume: command("resume", "Let the held run go on"),
  cancel: command("cancel", "Cancel the task's run; answers once its terminal event is stored"),
} as const;

export function taskRunRoutes(app: Api, { tasks, runs }: ApiPorts): void {
  app.openapi(run, async (c) => {
    const { principal } = c.var;
    const { agent, input, run_id: runId, id: commandId } = c.req.valid("json") ?? {};
    const task = await tasks.get(principal, c.req.valid("param").id);
    const threadId = taskThread(task.id);
    const { runId: started } = await runs.start(principal, threadId, {
      runId,
      agent: agent ?? task.agent ?? DEFAULT_AGENT,
      input: inputFor(task, input),
      commandId: commandIdOf(c.req.valid("header"), commandId),
    });
    const now = await tasks.get(principal, task.id);
    return c.json({ run_id: started, thread_id: threadId, task_id: task.id, task: now }, 202, etagOf(now));
  });
  for (const name of ["pause", "resume", "cancel"] as const) {
    app.openapi(commands[name], async (c) => {
      const { principal } = c.var;
      const { id } = await tasks.get(principal, c.req.valid("param").id);
      await runs[name](principal, taskThread(id), undefined, commandIdOf(c.req.valid("header")));
      const task = await tasks.get(principal, id);
      return c.json(task, 200, etagOf(task));
    });
  }
}

/** What the agent is told: what the caller says, else what the task says; the task's id comes along. */
function inputFor(
  task: Task,
  input: string | { text: string; context?: { [key: string]: Json } | undefined } | undefined,
): RunText {
  const given = typeof input === "string" ? { text: input } : input;
  const text = given?.text ?? [task.title, task.description].filter((part) => part !== "").join("\n\n");
  const context: JsonObject = { ...given?.context, task_id: task.id };
  return { text, context };
}
