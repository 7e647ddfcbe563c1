import { taskThread } from "../tasks/task.ts";
import { createRoute, z } from "@hono/zod-openapi";
import type { Task } from "@throughline/protocol";
import { TaskSchema } from "@throughline/protocol/schemas";
import { deleteTask } from "../tasks/deletion.ts";
import { ORDERS } from "../tasks/order.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";
import { etagOf, expectationOf } from "./etag.ts";

export const TaskId = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" }, example: "task-7d0c" }) });
// Made anew here: only a schema that is made after the OpenAPI extension can be given a name.
export const TaskBody = z.object(TaskSchema.shape).openapi("Task");
export const json = <Schema extends z.ZodType>(
  schema: Schema,
): { content: { "application/json": { schema: Schema } } } => ({ content: { "application/json": { schema } } });
export const missing = { 404: refusal("There is no such task.") };

const fields = TaskSchema.shape;

/** What a caller writes; what the server keeps (id, times, version) may stand in a body and is passed over. */
const Content = TaskSchema.omit({ id: true, created_at: true, updated_at: true, version: true }).extend({
  result: fields.result.default(null),
});
const NewTask = Content.extend({
  id: fields.id.optional().openapi({ description: "Yours to choose; absent = made here." }),
}).openapi("NewTask");
const Change = z
  .object({
    title: fields.title,
    description: fields.description.unwrap(),
    status: fields.status.unwrap(),
    priority: fields.priority.unwrap(),
    agent: fields.agent.unwrap(),
    checklist: fields.checklist.unwrap(),
    tags: fields.tags.unwrap(),
    progress: fields.progress.unwrap(),
    confidence: fields.confidence.unwrap(),
    result: z.unknown(),
  })
  .partial()
  .openapi("TaskChange");

const STATUSES = fields.status.unwrap();

/** Which tasks, in lists and exports alike. */
export const Filters = z.object({
  status: z
    .string()
    .optional()
    .openapi({ description: "One status or several, joined by commas.", example: "pending,running" })
    .transform((text) => (text === undefined || text === "" ? undefined : text.split(",")))
    .pipe(z.array(STATUSES).optional()),
  agent: z.string().max(128).optional(),
  q: z.string().max(200).optional().openapi({ description: "Text in title, description or tags, in any case." }),
});

const list = createRoute({
  method: "get",
  path: "/api/v1/tasks",
  summary: "Tasks",
  description:
    "Pages do not shift when tasks are added meanwhile. A rare match may leave a page short: " +
    "go on as long as there is a `next_cursor`.",
  request: {
    query: Filters.extend({
      sort: z.enum(ORDERS).default("-updated_at").openapi({ description: "`-` = the greatest first." }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(1_000).optional(),
    }),
  },
  responses: {
    200: {
      description: "A page.",
      ...json(z.object({ items: z.array(TaskBody), next_cursor: z.string().nullable() }).openapi("Tasks")),
    },
    400: refusal("A filter or the cursor is none."),
  },
});

const create = createRoute({
  method: "post",
  path: "/api/v1/tasks",
  summary: "Make a task",
  request: { body: { required: true, ...json(NewTask) } },
  responses: { 201: { description: "The task.", ...json(TaskBody) }, 409: refusal("The id is taken.") },
});

const get = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}",
  summary: "One task; its `ETag` is its version",
  request: { params: TaskId },
  responses: {
    200: { description: "The task.", ...json(TaskBody) },
    304: { description: "It is still at the version that `If-None-Match` names." },
    ...missing,
  },
});

const write = (method: "put" | "patch", summary: string, schema: typeof Content | typeof Change) =>
  createRoute({
    method,
    path: "/api/v1/tasks/{id}",
    summary,
    description: "With `If-Match` only from the versions it names.",
    request: { params: TaskId, body: { required: true, ...json(schema) } },
    responses: {
      200: { description: "The task as it is now.", ...json(TaskBody) },
      ...missing,
      409: refusal("A run works on it and decides its status."),
      412: refusal("It is at another version by now."),
    },
  });

const put = write("put", "Replace all of a task that is yours to write", Content);
const patch = write("patch", "Change the fields that are given", Change);

const remove = createRoute({
  method: "delete",
  path: "/api/v1/tasks/{id}",
  summary: "Delete a task with its history and its runs",
  request: { params: TaskId },
  responses: {
    204: { description: "Nothing of it is left." },
    ...missing,
    412: refusal("It is at another version by now."),
  },
});

export function taskRoutes(app: Api, { tasks, runs }: ApiPorts): void {
  app.openapi(list, async (c) => {
    const { sort, limit, cursor, ...filters } = c.req.valid("query");
    const { items, next } = await tasks.list(c.var.principal, { ...filters, order: sort }, { limit, cursor });
    return c.json({ items: [...items], next_cursor: next }, 200);
  });
  app.openapi(create, async (c) => {
    const { id, ...content } = c.req.valid("json");
    const task = await tasks.create(c.var.principal, content, id);
    c.set("threadId", taskThread(task.id));
    return c.json(task, 201, { ...etagOf(task), Location: `/api/v1/tasks/${task.id}` });
  });
  app.openapi(get, async (c) => {
    const task = await tasks.get(c.var.principal, c.req.valid("param").id);
    const asked = c.req.header("if-none-match");
    const known = asked?.trim() === "*" || expectationOf(asked)?.includes(task.version) === true;
    if (known) return c.body(null, 304, etagOf(task));
    return c.json(task, 200, etagOf(task));
  });
  for (const route of [put, patch]) {
    app.openapi(route, async (c) => {
      const expected = expectationOf(c.req.header("if-match"));
      const change = c.req.valid("json") as Partial<Task>;
      const task = await tasks.update(c.var.principal, c.req.valid("param").id, change, expected);
      return c.json(task, 200, etagOf(task));
    });
  }
  app.openapi(remove, async (c) => {
    const expected = expectationOf(c.req.header("if-match"));
    await deleteTask({ store: tasks, runs }, c.var.principal, c.req.valid("param").id, expected);
    return c.body(null, 204);
  });
}
