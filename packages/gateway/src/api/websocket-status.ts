import { createRoute, z } from "@hono/zod-openapi";
import { authorize } from "../access/authorize.ts";
import { taskOfThread } from "../tasks/task.ts";
import type { Api, ApiPorts } from "./context.ts";

const Count = z.number().int().min(0);
const Counts = z.record(z.string(), Count);

const Status = z
  .object({
    connections: z.object({ total: Count, by_dialect: Counts, by_task: Counts }),
    clients: z.array(
      z.object({
        client_id: z.string(),
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

/** Shows the connections of the caller's own tenant. */
export function websocketStatusRoutes(app: Api, { clients, sse, bus }: ApiPorts): void {
  app.openapi(status, (c) => {
    const { principal } = c.var;
    authorize(principal, "read", "*");
    const own = [...clients.all()].filter(({ tenant }) => tenant === principal.tenant);
    const tasks = own.flatMap(({ threadId }) => taskOfThread(threadId) ?? []);
    const connections = {
      total: own.length,
      by_dialect: countEach(own.map(({ dialect }) => dialect)),
      by_task: countEach(tasks),
    };
    const described = own.map(({ clientId, dialect, threadId, connectedAt, lastSeenAt, lag }) => ({
      client_id: clientId,
      dialect,
      thread_id: threadId,
      connected_at: new Date(connectedAt).toISOString(),
      last_seen: new Date(lastSeenAt).toISOString(),
      lag,
    }));
    const answer = { connections, clients: described, event_streams: sse.connections, bus: bus.statistics() };
    return c.json({ ...answer, bus: { ...answer.bus, by_type: { ...answer.bus.by_type } } }, 200);
  });
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
