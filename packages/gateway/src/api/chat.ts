import { createRoute, z } from "@hono/zod-openapi";
import {
  type Clock,
  type DialectContext,
  ERRORS,
  type ErrorCode,
  EventType,
  type JsonObject,
  type ThreadEvent,
  ThroughlineError,
} from "@throughline/protocol";
import { ChatTurnSchema, MAX_CHAT_HISTORY } from "@throughline/protocol/schemas";
import type { Principal } from "../access/principal.ts";
import { chat, replyOf } from "../dialects/chat.ts";
import { CHAT_AGENT } from "../dialects/registry.ts";
import { checkId } from "../threads/names.ts";
import type { PlacedFrame } from "../transports/sse-stream.ts";
import { AnyJson } from "./any-json.ts";
import { breakOff } from "./break-off.ts";
import type { Api, ApiPorts } from "./context.ts";
import { readCursor } from "./cursor.ts";
import { ErrorBody, refusal } from "./errors.ts";
import { runEvents } from "./run-events.ts";

/** The HTTP fallback of `WS /ws/chat`: the same agents, the same history, the same frames. */

const MAX_WAIT_S = 600;
const WAIT_S = 120;
/** Frames of one JSON answer; the rest comes with the next. */
const MAX_FRAMES = 10_000;

const json = <Schema extends z.ZodType>(schema: Schema): { content: { "application/json": { schema: Schema } } } => ({
  content: { "application/json": { schema } },
});
const Id = z.string().min(1).max(200);

const ChatRequest = z
  .object({
    content: z.string(),
    session_id: Id.optional().openapi({ description: "Absent = a new session." }),
    message_history: z
      .array(ChatTurnSchema)
      .max(MAX_CHAT_HISTORY)
      .nullish()
      .openapi({ description: "What was said before; used only for a session the server has nothing of." }),
    agent: Id.optional().openapi({ description: "Who answers; default project-manager." }),
    context: z.record(z.string(), AnyJson).nullish(),
    run_id: Id.optional().openapi({ description: "The same again attaches to the run, it never runs twice." }),
    id: Id.optional().openapi({ description: "Of this message; a repeat applies once." }),
  })
  .openapi("ChatRequest");

const Frame = z.looseObject({ type: z.string() });
const ChatReply = z
  .object({
    message: z.looseObject({ content: z.string(), artifacts: z.array(AnyJson), message_id: z.string() }),
    events: z.array(Frame).openapi({ description: "The frames of /ws/chat, each with its seq." }),
    status: z.enum(["completed", "waiting", "cancelled", "running"]).openapi({
      description: "`waiting`: the last event is a question. `running`: ask again with this run_id and `after`.",
    }),
    session_id: z.string(),
    run_id: z.string(),
    epoch: z.string(),
    last_seq: z.number().int(),
  })
  .openapi("ChatReply");
const ChatFailure = ErrorBody.extend({ events: z.array(Frame), run_id: z.string() }).openapi("ChatFailure");

const post = createRoute({
  method: "post",
  path: "/api/v1/chat",
  summary: "Say something and get the answer, whole or with `Accept: text/event-stream` frame by frame",
  description:
    "The stream's frames are those of /ws/chat with `id: EPOCH.SEQ`; it ends with the run. " +
    "Whoever drops the request only detaches: the run goes on, and the same run_id attaches to it again.",
  request: {
    query: z.object({
      after: z.string().max(80).optional().openapi({ description: "Leave out the frames up to here." }),
      wait: z.coerce.number().min(0).max(MAX_WAIT_S).default(WAIT_S).openapi({ description: "Seconds, at most." }),
    }),
    body: { required: true, ...json(ChatRequest) },
  },
  responses: {
    200: { description: "The run has ended, or waits for an answer.", ...json(ChatReply) },
    202: { description: "The run goes on.", ...json(ChatReply) },
    400: refusal("There is no message."),
    500: { description: "The run has failed.", ...json(ChatFailure) },
  },
});

export function chatRoutes(app: Api, ports: ApiPorts): void {
  app.openapi(post, async (c) => {
    const { principal } = c.var;
    const body = c.req.valid("json");
    const { after, wait } = c.req.valid("query");
    const cursor = readCursor(c.req.header("last-event-id") ?? after);
    const sessionId = checkId("session_id", body.session_id ?? ports.random.uuid());
    const threadId = `chat:${sessionId}`;
    c.set("threadId", threadId);
    const { runId } = await ports.runs.start(principal, threadId, {
      runId: body.run_id,
      agent: body.agent ?? CHAT_AGENT,
      input: { text: body.content, ...(body.context ? { context: body.context } : {}) },
      history: body.message_history ?? undefined,
      commandId: body.id === undefined ? undefined : `http:${body.id}`,
    });
    const thread = await ports.threads.open(principal.tenant, threadId);
    const context = ports.delivery.contextOf(thread);
    // Of another epoch or from beyond the end: then nothing of this run is known yet.
    const from = cursor === undefined || thread.refusal(cursor) !== undefined ? 0 : cursor.seq;
    const events = (signal: AbortSignal) => runEvents(ports, { principal, thread, runId }, signal);
    if (c.req.header("accept")?.includes("text/event-stream") === true) {
      const about = { thread, dialect: chat.name, resumed: from > 0 };
      const by = { principal, breakOff: breakOff(c.env) };
      return ports.sse.send((signal) => framesOf(events(signal), context, from), about, by) as never;
    }
    const patience = patienceOf(ports.clock, wait * 1_000, c.req.raw.signal);
    const run = await gather(events(patience.signal), context, from).finally(patience.end);
    const ids = { session_id: sessionId, run_id: runId, epoch: thread.epoch, last_seq: run.upTo };
    if (run.failure !== undefined) return failed(run.failure, run.events, runId) as never;
    if (run.status === undefined) await checkBegun(ports, principal, runId);
    const status = run.status ?? "running";
    const reply = { message: run.reply, events: run.events, status, ...ids };
    return c.json(reply as z.infer<typeof ChatReply>, status === "running" ? 202 : 200);
  });
}

/** Fires when the time is over or the client has gone; `end` forgets the time. */
function patienceOf(clock: Clock, ms: number, gone: AbortSignal): { signal: AbortSignal; end: () => void } {
  const over = new AbortController();
  const timer = clock.setTimeout(() => over.abort(), ms);
  return { signal: AbortSignal.any([over.signal, gone]), end: () => timer.cancel() };
}

interface Gathered {
  readonly events: JsonObject[];
  /** What the run has said and made. */
  readonly reply: JsonObject;
  /** How the run ended; undefined while it goes on. */
  readonly status: "completed" | "waiting" | "cancelled" | undefined;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
  /** Seq of the last event looked at. */
  readonly upTo: number;
}

/** The frames behind `from` of a run up to its end, or as far as it is waited for. */
async function gather(run: AsyncIterable<ThreadEvent>, context: DialectContext, from: number): Promise<Gathered> {
  const events: JsonObject[] = [];
  let state = chat.initial;
  let last: ThreadEvent | undefined;
  let frame: JsonObject | undefined;
  for await (const at of run) {
    const step = chat.step(state, at, context);
    state = step.state;
    last = at;
    frame = step.frame;
    if (frame !== undefined && at.seq > from) events.push({ ...frame, seq: at.seq });
    if (events.length >= MAX_FRAMES) break;
  }
  const end = last?.event;
  return {
    events,
    reply: frame?.["type"] === "message" ? (frame["data"] as JsonObject) : replyOf(state),
    status: end?.type === EventType.RUN_FINISHED ? STATUS[end.outcome?.type ?? "success"] : undefined,
    failure: end?.type === EventType.RUN_ERROR ? { code: end.code ?? "", message: end.message } : undefined,
    upTo: last?.seq ?? from,
  };
}

const STATUS = { success: "completed", interrupt: "waiting", cancelled: "cancelled" } as const;

async function* framesOf(
  run: AsyncIterable<ThreadEvent>,
  context: DialectContext,
  from: number,
): AsyncGenerator<PlacedFrame> {
  let state = chat.initial;
  for await (const at of run) {
    const step = chat.step(state, at, context);
    state = step.state;
    if (step.frame !== undefined && at.seq > from) yield { seq: at.seq, frame: { ...step.frame, seq: at.seq } };
  }
}

/** @throws run_not_active for a run that was taken from the queue before its turn */
async function checkBegun({ runs }: ApiPorts, principal: Principal, runId: string): Promise<void> {
  const { status, startSeq } = await runs.find(principal, runId);
  if (startSeq !== null || status === "queued") return;
  throw new ThroughlineError("run_not_active", "The run was cancelled before its turn.");
}

function failed(failure: { code: string; message: string }, events: readonly JsonObject[], runId: string): Response {
  const code = Object.hasOwn(ERRORS, failure.code) ? (failure.code as ErrorCode) : "agent_error";
  const { status, remedy } = ERRORS[code];
  return Response.json({ error: { code, message: failure.message, remedy }, events, run_id: runId }, { status });
}
