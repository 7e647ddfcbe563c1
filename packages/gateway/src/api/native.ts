import { createRoute, z } from "@hono/zod-openapi";
import { type FollowRequest, ThroughlineError } from "@throughline/protocol";
import { NativeSubscription } from "@throughline/protocol/schemas";
import { MAX_FOLLOWED } from "../native/native.ts";
import { readRequestFrame } from "../native/read-frame.ts";
import { breakOff } from "./break-off.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

/** The native protocol's carriers over HTTP (PROTOCOL.md, N3 to N5). */

const MAX_WAIT_S = 60;
const MAX_FRAMES = 100;

const json = <Schema extends z.ZodType>(schema: Schema): { content: { "application/json": { schema: Schema } } } => ({
  content: { "application/json": { schema } },
});

/** Each frame has its own schema in /asyncapi.json. */
const Frames = z.object({ frames: z.array(z.looseObject({ type: z.string() })) }).openapi("NativeFrames");

const Follow = z
  .object({
    client_id: z.string().optional().openapi({ description: "Names the client across its connections." }),
    name: z.string().max(100).optional().openapi({ description: "What others see of who watches." }),
    subscriptions: z.array(NativeSubscription).max(MAX_FOLLOWED),
    wait: z
      .number()
      .min(0)
      .max(MAX_WAIT_S)
      .optional()
      .openapi({ description: "Seconds to wait for news; absent = an event stream." }),
  })
  .openapi("Follow", { example: { subscriptions: [{ thread: "web-1", from: "view" }] } });

const follow = createRoute({
  method: "post",
  path: "/api/v1/follow",
  summary: "Follow threads in the native protocol: an event stream, or with `wait` a long-poll",
  request: { body: { required: true, ...json(Follow) } },
  responses: {
    200: {
      description: "The frames, as one answer or as a stream of `data:` lines.",
      content: { ...json(Frames).content, "text/event-stream": { schema: z.string() } },
    },
    503: refusal("The server has as many connections as it takes, or is going down."),
  },
});

const Commands = z
  .object({
    client_id: z.string(),
    frames: z
      .array(z.looseObject({ type: z.enum(["command", "presence"]) }))
      .min(1)
      .max(MAX_FRAMES),
  })
  .openapi("NativeCommands", {
    example: {
      client_id: "tab-1",
      frames: [{ type: "command", id: "1", thread: "web-1", command: { type: "start", input: { text: "Hello" } } }],
    },
  });

const commands = createRoute({
  method: "post",
  path: "/api/v1/commands",
  summary: "Give commands in the native protocol; each is answered by an `ack`",
  request: { body: { required: true, ...json(Commands) } },
  responses: { 200: { description: "The answers, in order.", ...json(Frames) } },
});

export function nativeRoutes(app: Api, { native, ready }: Pick<ApiPorts, "native" | "ready">): void {
  app.openapi(follow, async (c) => {
    if (!ready()) throw new ThroughlineError("draining", "The server is going down.");
    const { wait, ...request } = c.req.valid("json");
    // Absent and undefined are one to who reads it.
    const asked = { principal: c.var.principal, breakOff: breakOff(c.env), request: request as FollowRequest };
    if (wait === undefined) return native.stream(asked);
    const body = await native.poll(asked, wait * 1_000, c.req.raw.signal);
    return c.body(body, 200, { "content-type": "application/json" });
  });
  app.openapi(commands, async (c) => {
    const { client_id: clientId, frames: given } = c.req.valid("json");
    const frames = await native.carryOut(c.var.principal, { client_id: clientId, frames: given.map(readRequestFrame) });
    return c.json({ frames } as unknown as z.infer<typeof Frames>, 200);
  });
}
