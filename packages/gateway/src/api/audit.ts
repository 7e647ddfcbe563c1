import { createRoute, z } from "@hono/zod-openapi";
import { authorize } from "../access/authorize.ts";
import { queryAudit } from "../audit/query.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

const Entry = z
  .object({
    at: z.string(),
    action: z.string().openapi({ example: "connection.opened" }),
    dialect: z.string().openapi({ description: "The protocol; `http` for this API, `server` for the host itself." }),
    session_id: z.string().nullable(),
    client_id: z.string().nullable(),
    subject: z.string().nullable(),
    details: z.looseObject({}),
  })
  .openapi("AuditEntry");

const moment = z.iso.datetime({ offset: true }).optional();
const word = z.string().min(1).max(300).optional();

const get = createRoute({
  method: "get",
  path: "/api/v1/audit",
  summary: "Connections and commands, the newest first",
  description: "A rare match may leave a page short, even empty: go on as long as there is a `next_cursor`.",
  request: {
    query: z.object({
      session_id: word.openapi({ description: "A session's id, or a whole thread's." }),
      client_id: word,
      action: word,
      from: moment.openapi({ description: "ISO-8601; from this moment on." }),
      to: moment.openapi({ description: "ISO-8601; up to and without this one." }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      cursor: z.string().max(100).optional(),
    }),
  },
  responses: {
    200: {
      description: "A page.",
      content: {
        "application/json": {
          schema: z.object({ items: z.array(Entry), next_cursor: z.string().nullable() }).openapi("AuditPage"),
        },
      },
    },
    403: refusal("The scope `admin` is needed."),
  },
});

export function auditRoutes(app: Api, { log, audit }: Pick<ApiPorts, "log" | "audit">): void {
  app.openapi(get, async (c) => {
    const { principal } = c.var;
    authorize(principal, "audit", "*");
    const { session_id: sessionId, client_id: clientId, action, from, to, limit, cursor } = c.req.valid("query");
    // Who asks sees at least what happened before.
    await audit.flushed();
    const filter = { sessionId, clientId, action, from: millis(from), to: millis(to) };
    const { items, next } = await queryAudit(log, principal.tenant, filter, { limit, cursor });
    return c.json({ items: items as z.infer<typeof Entry>[], next_cursor: next }, 200);
  });
}

function millis(moment: string | undefined): number | undefined {
  return moment === undefined ? undefined : Date.parse(moment);
}
