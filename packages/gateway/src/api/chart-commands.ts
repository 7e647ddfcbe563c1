import { createRoute, z } from "@hono/zod-openapi";
import {
  type Clock,
  type Cursor,
  type DialectContext,
  type JsonObject,
  type ThreadEvent,
  ThroughlineError,
} from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import { chartCommands } from "../dialects/chart-commands.ts";
import { checkId } from "../threads/names.ts";
import type { Thread } from "../threads/thread.ts";
import { waitForEvents } from "../threads/wait.ts";
import type { Api, ApiPorts } from "./context.ts";
import { readCursor } from "./cursor.ts";
import { refusal } from "./errors.ts";

/** The HTTP fallback of `WS /ws/chart-commands/{session_id}`: the same commands, by long-poll. */

const MAX_WAIT_S = 60;
const MAX_COMMANDS = 500;
/** Events looked at for one answer. */
const PAGE = 1_000;

const SessionId = z.object({
  session_id: z.string().openapi({ param: { name: "session_id", in: "path" }, example: "desk-1" }),
});
const json = <Schema extends z.ZodType>(schema: Schema): { content: { "application/json": { schema: Schema } } } => ({
  content: { "application/json": { schema } },
});

const Commands = z
  .object({
    commands: z.array(z.looseObject({ type: z.literal("chart_command"), command: z.string(), seq: z.number().int() })),
    last_seq: z.number().int().openapi({ description: "Pass it as `after` to get what follows." }),
    epoch: z.string(),
    reset: z
      .object({ epoch: z.string(), last_seq: z.number().int(), reason: z.string() })
      .optional()
      .openapi({ description: "`after` could not be honoured; `commands` are those in force." }),
  })
  .openapi("ChartCommands");

const get = createRoute({
  method: "get",
  path: "/api/v1/chart-commands/{session_id}",
  summary: "A chart session's commands: those in force, or with `after` those behind that position",
  request: {
    params: SessionId,
    query: z.object({
      after: z.string().max(80).optional().openapi({ description: "SEQ or EPOCH.SEQ." }),
      wait: z.coerce
        .number()
        .min(0)
        .max(MAX_WAIT_S)
        .default(0)
        .openapi({ description: "Seconds to wait for a command; only with `after`." }),
    }),
  },
  responses: { 200: { description: "The commands, in order.", ...json(Commands) } },
});

const Command = z.string().min(1).max(2_000);
const CommandType = z.enum(["chart_command", "raw"]).optional();
const more = { command_type: CommandType, id: z.string().max(200).optional() };
const Publish = z
  .union([
    z.object({ command: Command, ...more }),
    z.object({ commands: z.array(Command).min(1).max(MAX_COMMANDS), ...more }),
  ])
  .openapi("PublishChartCommands");

const publish = createRoute({
  method: "post",
  path: "/api/v1/chart-commands/{session_id}",
  summary: "Send one command or several to every chart of the session",
  request: { params: SessionId, body: { required: true, ...json(Publish) } },
  responses: {
    200: {
      description: "They are stored, and on their way.",
      ...json(z.object({ last_seq: z.number().int(), epoch: z.string() }).openapi("PublishedChartCommands")),
    },
    400: refusal("The body holds no command."),
  },
});

export function chartCommandRoutes(app: Api, { threads, publisher, delivery, clock }: ApiPorts): void {
  app.openapi(get, async (c) => {
    const threadId = `chart:${checkId("session_id", c.req.valid("param").session_id)}`;
    const { after, wait } = c.req.valid("query");
    authorize(c.var.principal, "read", threadId);
    const cursor = readCursor(after);
    // Who watches a session may be there before its first command.
    const thread = await threads.ensure(c.var.principal.tenant, threadId);
    const context = delivery.contextOf(thread);
    const refused = cursor === undefined ? undefined : thread.refusal(cursor);
    const waiting = { ms: wait * 1_000, clock, signal: c.req.raw.signal };
    const found =
      cursor === undefined || refused !== undefined ? refused : await commandsBehind(thread, cursor, context, waiting);
    if (typeof found === "object") {
      return c.json({ commands: found.commands, last_seq: found.upTo, epoch: thread.epoch }, 200);
    }
    const place = { epoch: thread.epoch, last_seq: thread.head };
    const reset = found === undefined ? {} : { reset: { ...place, reason: found } };
    return c.json({ commands: inForce(thread, context), ...place, ...reset }, 200);
  });
  app.openapi(publish, async (c) => {
    const { principal } = c.var;
    const sessionId = checkId("session_id", c.req.valid("param").session_id);
    const body = c.req.valid("json");
    authorize(principal, "publish", `chart:${sessionId}`);
    const texts = "commands" in body ? body.commands : [body.command];
    const drawings = texts.map((command) => ({ command, commandType: body.command_type }));
    const id = body.id === undefined ? undefined : JSON.stringify([principal.subject, body.id]);
    const lastSeq = await publisher.draw(principal.tenant, sessionId, drawings, id);
    const { epoch } = await threads.open(principal.tenant, `chart:${sessionId}`);
    return c.json({ last_seq: lastSeq, epoch }, 200);
  });
}

type Commands = z.infer<typeof Commands>["commands"];

function inForce(thread: Thread, context: DialectContext): Commands {
  const replayed = chartCommands.snapshot?.(thread.view, context) ?? [];
  return replayed.map(({ seq, frame }) => item(frame, seq));
}

/**
 * The commands behind the cursor and how far was looked; waits for the first one when there is none.
 * Other events of the thread end no wait. Each answer is bounded: without a command it may stand short
 * of the thread's end.
 */
async function commandsBehind(
  thread: Thread,
  cursor: Cursor,
  context: DialectContext,
  waiting: { readonly ms: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<{ commands: Commands; upTo: number } | "trimmed"> {
  const { clock, signal } = waiting;
  const deadline = clock.monotonic() + waiting.ms;
  let upTo = cursor.seq;
  for (;;) {
    const events = await readKept(thread, upTo);
    if (events === "trimmed") return events;
    upTo = events.at(-1)?.seq ?? upTo;
    const commands = events.flatMap((at) => {
      const { frame } = chartCommands.step(undefined, at, context);
      return frame === undefined ? [] : [item(frame, at.seq)];
    });
    if (commands.length > 0) return { commands, upTo };
    const left = deadline - clock.monotonic();
    if (left <= 0 || signal.aborted) return { commands, upTo };
    await waitForEvents(thread, upTo, left, clock, signal);
  }
}

/** A page of events, unless what follows the position is no longer kept. */
async function readKept(thread: Thread, after: number): Promise<readonly ThreadEvent[] | "trimmed"> {
  try {
    return await thread.read(after, PAGE);
  } catch (error) {
    if (ThroughlineError.from(error).code === "trimmed") return "trimmed";
    throw error;
  }
}

function item(frame: JsonObject, seq: number): Commands[number] {
  return { ...frame, seq } as Commands[number];
}
