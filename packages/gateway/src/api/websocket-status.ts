import { createRoute, z } from "@hono/zod-openapi";
import { ThroughlineError } from "@throughline/protocol";
import { authorize } from "../access/authorize.ts";
import { taskOfThread } from "../tasks/task.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

const Count = z.number().int().min(0);
const Counts = z.record(z.string(), Count);

const Status = z
  .object({
    connections: z.object({ total: Count, by_dialect: Counts, by_task: Counts }),
    clients: z.array(
      z.object({
        client_id: z.string(),
        connection_id: z
          .string()
          .openapi({ description: "A connection that follows several threads stands once for each." }),
        dialect: z.string(),
        thread_id: z.string(),
        connected_at: z.string(),
        last_seen: z.string(),
        lag: Count.openapi({ description: "Events of its thread that it has not been sent yet." }),
      }),
    ),
    event_streams: Count.openapi({ description: "Open SSE streams of the whole server; they name no client." }),
    bus: z.object({
      subscribers: Count,
      events: Count,
      by_type: Counts,
      failures: Count.openapi({ description: "How often a listener threw or rejected." }),
      history: Count,
    }),
  })
  .openapi("WebSocketStatus");

const status = createRoute({
  method: "get",
  path: "/api/v1/websocket/status",
  summary: "Who is connected, and what the task bus has told",
  responses: { 200: { description: "As it is now.", content: { "application/json": { schema: Status } } } },
});

const disconnect = createRoute({
  method: "delete",
  path: "/api/v1/websocket/clients/{id}",
  summary: "Disconnect a client; it may come back",
  request: {
    params: z.object({
      id: z.string().openapi({ param: { name: "id", in: "path" }, description: "The `connection_id` of its status." }),
    }),
  },
  responses: { 204: { description: "It is disconnected." }, 404: refusal("There is no such connection.") },
});

/** Shows the connections of the caller's own tenant, and ends them. */
export function websocketStatusRoutes(app: Api, { clients, sse, bus }: ApiPorts): void {
  app.openapi(status, (c) => {
    const { principal } = c.var;
    authorize(principal, "read", "*");
    const own = [...clients.all()].filter(({ tenant }) => tenant === principal.tenant);
    const tasks = own.flatMap(({ threadId }) => taskOfThread(threadId) ?? []);
    const connections = {
      total: new Set(own.map(({ connectionId }) => connectionId)).size,
      by_dialect: countEach(own.map(({ dialect }) => dialect)),
      by_task: countEach(tasks),
    };
    const described = own.map(({ clientId, connectionId, dialect, threadId, connectedAt, lastSeenAt, lag }) => ({
      client_id: clientId,
      connection_id: connectionId,
      dialect,
      thread_id: threadId,
      connected_at: new Date(connectedAt).toISOString(),
      last_seen: new Date(lastSeenAt).toISOString(),
      lag,
    }));
    const answer = { connections, clients: described, event_streams: sse.connections, bus: bus.statistics() };
    return c.json({ ...answer, bus: { ...answer.bus, by_type: { ...answer.bus.by_type } } }, 200);
  });
  app.openapi(disconnect, (c) => {
    const { principal } = c.var;
    authorize(principal, "disconnect", "*");
    if (clients.dismiss(principal.tenant, c.req.valid("param").id)) return c.body(null, 204);
    throw new ThroughlineError("not_found", "There is no such connection.");
  });
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
