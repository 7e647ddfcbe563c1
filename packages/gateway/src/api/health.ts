import { createRoute, z } from "@hono/zod-openapi";
import type { Api, ApiPorts } from "./context.ts";

const Health = z.object({ status: z.literal("ok") }).openapi("Health");
const Ready = z.object({ status: z.enum(["ready", "not_ready"]), reason: z.string().optional() }).openapi("Ready");

const health = createRoute({
  method: "get",
  path: "/health",
  summary: "Whether the process lives",
  responses: { 200: { description: "It does.", content: { "application/json": { schema: Health } } } },
});

const ready = createRoute({
  method: "get",
  path: "/ready",
  summary: "Whether the server takes new work",
  responses: {
    200: { description: "It does.", content: { "application/json": { schema: Ready } } },
    503: { description: "It starts, drains, or cannot write.", content: { "application/json": { schema: Ready } } },
  },
});

/** For load balancers and supervisors; open to everybody, and says nothing about anybody. */
export function healthRoutes(app: Api, ports: ApiPorts): void {
  app.openapi(health, (c) => c.json({ status: "ok" as const }, 200));
  app.openapi(ready, (c) => {
    const { writable, code } = ports.log.health();
    if (!ports.ready()) return c.json({ status: "not_ready" as const, reason: "draining" }, 503);
    if (!writable) return c.json({ status: "not_ready" as const, reason: code ?? "unavailable" }, 503);
    return c.json({ status: "ready" as const }, 200);
  });
}
