import { createRoute, z } from "@hono/zod-openapi";
import { encodeView } from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import { agui } from "../dialects/agui.ts";
import { forkThread } from "../runs/lifecycle/fork.ts";
import { listThreads, THREAD_ORDERS } from "../threads/list.ts";
import { waitForEvents } from "../threads/wait.ts";
import { AnyJson } from "./any-json.ts";
import { breakOff } from "./break-off.ts";
import { CommandHeaders, commandIdOf } from "./command-id.ts";
import type { Api, ApiPorts } from "./context.ts";
import { readCursor } from "./cursor.ts";
import { refusal } from "./errors.ts";

const MAX_WAIT_S = 60;
const MAX_PAGE = 1_000;

const ThreadId = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" }, example: "web-1" }) });
const json = <Schema extends z.ZodType>(schema: Schema): { content: { "application/json": { schema: Schema } } } => ({
  content: { "application/json": { schema } },
});
const missing = { 404: refusal("There is no such thread.") };

const Status = z.enum(["idle", "running", "paused", "waiting", "failed"]);

const Summary = z
  .object({
    id: z.string(),
    status: Status,
    title: z.string(),
    agent: z.string().nullable().openapi({ description: "Of the latest run." }),
    last_seq: z.number().int(),
    created_at: z.number().int().openapi({ description: "Milliseconds since the Unix epoch." }),
    updated_at: z.number().int(),
  })
  .openapi("ThreadSummary");

const list = createRoute({
  method: "get",
  path: "/api/v1/threads",
  summary: "Threads, the latest active first",
  description: "A rare match may leave a page short: go on as long as there is a `next_cursor`.",
  request: {
    query: z.object({
      status: z
        .string()
        .optional()
        .openapi({ description: "One status or several, joined by commas.", example: "running,waiting" })
        .transform((text) => (text === undefined || text === "" ? undefined : text.split(",")))
        .pipe(z.array(Status).optional()),
      agent: z.string().max(200).optional(),
      q: z.string().max(200).optional().openapi({ description: "Text in id or title, in any case." }),
      sort: z.enum(THREAD_ORDERS).default("-updated_at"),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(300).optional(),
    }),
  },
  responses: {
    200: {
      description: "A page.",
      ...json(z.object({ items: z.array(Summary), next_cursor: z.string().nullable() }).openapi("Threads")),
    },
  },
});

const View = z
  .object({ id: z.string(), epoch: z.string(), last_seq: z.number().int(), status: z.string() })
  .loose()
  .openapi("Thread");

const get = createRoute({
  method: "get",
  path: "/api/v1/threads/{id}",
  summary: "A thread's view: the fold of its events up to `last_seq`",
  request: { params: ThreadId },
  responses: { 200: { description: "The view.", ...json(View) }, ...missing },
});

const Events = z
  .object({
    events: z.array(z.object({ seq: z.number().int(), event: z.unknown() })),
    next_after: z.number().int(),
    last_seq: z.number().int().openapi({ description: "The thread's head." }),
    epoch: z.string(),
    reset: z.object({ epoch: z.string(), last_seq: z.number().int(), reason: z.string() }).optional(),
  })
  .openapi("Events");

const events = createRoute({
  method: "get",
  path: "/api/v1/threads/{id}/events",
  summary: "A thread's events behind a position: a page, or with `Accept: text/event-stream` a stream",
  description:
    "The stream's `id` is EPOCH.SEQ and its data the bare AG-UI event. `Last-Event-ID` beats `after`. " +
    "A position that cannot be honoured is answered by a reset and the events from the start.",
  request: {
    params: ThreadId,
    query: z.object({
      after: z.string().max(80).optional().openapi({ description: "SEQ or EPOCH.SEQ; default 0." }),
      wait: z.coerce
        .number()
        .min(0)
        .max(MAX_WAIT_S)
        .default(0)
        .openapi({ description: "Seconds to wait for an event." }),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
    }),
  },
  responses: {
    200: {
      description: "A page of events, or the stream.",
      content: { ...json(Events).content, "text/event-stream": { schema: z.string() } },
    },
    ...missing,
  },
});

const StartRun = z
  .object({
    run_id: z
      .string()
      .optional()
      .openapi({ description: "Yours to choose; the same again attaches, it never runs twice." }),
    agent: z.string().min(1).max(200),
    input: z.union([z.string(), z.object({ text: z.string(), context: z.record(z.string(), AnyJson).optional() })]),
    on_busy: z.enum(["enqueue", "reject", "interrupt"]).optional(),
    id: z.string().max(200).optional().openapi({ description: "Of this command; a repeat applies once." }),
  })
  .openapi("StartRun", { example: { agent: "market-analyst", input: "Analyze Bitcoin" } });

const start = createRoute({
  method: "post",
  path: "/api/v1/threads/{id}/runs",
  summary: "Start a run",
  request: { params: ThreadId, headers: CommandHeaders, body: { required: true, ...json(StartRun) } },
  responses: {
    202: {
      description: "It runs, or waits for its turn.",
      ...json(z.object({ run_id: z.string(), thread_id: z.string() }).openapi("StartedRun")),
    },
    409: refusal("The run id is taken, or the thread busy."),
  },
});

const Fork = z
  .object({
    id: z.string().optional().openapi({ description: "The new thread's; absent = made here." }),
    at: z.number().int().min(0).optional().openapi({ description: "The last event to share; absent = all." }),
  })
  .openapi("Fork");

const fork = createRoute({
  method: "post",
  path: "/api/v1/threads/{id}/fork",
  summary: "A new thread that shares this one's events up to a position",
  request: { params: ThreadId, headers: CommandHeaders, body: { required: false, ...json(Fork) } },
  responses: {
    201: {
      description: "The new thread.",
      ...json(z.object({ id: z.string(), epoch: z.string(), last_seq: z.number().int() }).openapi("Forked")),
    },
    ...missing,
    409: refusal("The new id is taken."),
  },
});

export function threadRoutes(app: Api, ports: ApiPorts): void {
  app.openapi(list, async (c) => {
    const { limit, cursor, sort: order, ...filter } = c.req.valid("query");
    authorize(c.var.principal, "read", "*");
    const page = { limit, cursor };
    const { items, next } = await listThreads(ports.log, c.var.principal.tenant, { ...filter, order }, page);
    const encoded = items.map(({ id, status, title, agent, lastSeq, createdAt, updatedAt }) => ({
      id,
      status,
      title,
      agent,
      last_seq: lastSeq,
      created_at: createdAt,
      updated_at: updatedAt,
    }));
    return c.json({ items: encoded, next_cursor: next }, 200);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    authorize(c.var.principal, "read", id);
    const { tenant } = c.var.principal;
    // A chart's page is often there before its first command; a session is there once somebody watches it.
    const thread = await (id.startsWith("chart:") ? ports.threads.ensure(tenant, id) : ports.threads.find(tenant, id));
    return c.json(encodeView(thread.view, thread.epoch) as z.infer<typeof View>, 200);
  });
  eventRoutes(app, ports);
  app.openapi(start, async (c) => {
    const { id } = c.req.valid("param");
    const { run_id: runId, agent, input, on_busy: onBusy, id: commandId } = c.req.valid("json");
    const { runId: started } = await ports.runs.start(c.var.principal, id, {
      runId,
      agent,
      input:
        typeof input === "string"
          ? { text: input }
          : { text: input.text, ...(input.context && { context: input.context }) },
      onBusy,
      commandId: commandIdOf(c.req.valid("header"), commandId),
    });
    return c.json({ run_id: started, thread_id: id }, 202);
  });
  app.openapi(fork, async (c) => {
    const { id } = c.req.valid("param");
    const { id: target, at } = c.req.valid("json") ?? {};
    authorize(c.var.principal, "fork", id);
    const named = commandIdOf(c.req.valid("header"));
    const commandId = named === undefined ? undefined : JSON.stringify([c.var.principal.subject, named]);
    const { thread: forked } = await forkThread(ports, c.var.principal.tenant, id, { target, at, commandId });
    return c.json({ id: forked.id, epoch: forked.epoch, last_seq: forked.head }, 201);
  });
}

function eventRoutes(app: Api, { threads, sse, clock }: ApiPorts): void {
  app.openapi(events, async (c) => {
    const { id } = c.req.valid("param");
    const { after, wait, limit } = c.req.valid("query");
    authorize(c.var.principal, "read", id);
    const cursor = readCursor(c.req.header("last-event-id") ?? after) ?? { seq: 0 };
    // Nobody reads what answers HEAD: a stream would stay open for ever.
    const streaming = c.req.method === "GET" && c.req.header("accept")?.includes("text/event-stream") === true;
    // Who follows a thread may be there before its first event; who reads it may not.
    const thread =
      streaming || wait > 0
        ? await threads.ensure(c.var.principal.tenant, id)
        : await threads.find(c.var.principal.tenant, id);
    if (streaming) {
      const by = { principal: c.var.principal, breakOff: breakOff(c.env) };
      return sse.respond({ thread, dialect: agui, cursor }, by);
    }
    const refused = thread.refusal(cursor);
    const from = refused === undefined ? cursor.seq : 0;
    await waitForEvents(thread, from, wait * 1_000, clock, c.req.raw.signal);
    const page = await thread.read(from, limit);
    const place = { epoch: thread.epoch, last_seq: thread.head };
    const reset = refused === undefined ? {} : { reset: { ...place, reason: refused } };
    return c.json({ events: page, next_after: page.at(-1)?.seq ?? from, ...place, ...reset }, 200);
  });
}
