import { createRoute, z } from "@hono/zod-openapi";
import type { Api, ApiPorts } from "./context.ts";

const Agents = z.object({ agents: z.array(z.object({ name: z.string(), description: z.string() })) }).openapi("Agents");

const list = createRoute({
  method: "get",
  path: "/api/v1/agents",
  summary: "The agents served here",
  responses: { 200: { description: "By name.", content: { "application/json": { schema: Agents } } } },
});

export function agentRoutes(app: Api, ports: ApiPorts): void {
  app.openapi(list, (c) => {
    const agents = [...ports.agents.values()].map(({ name, description = "" }) => ({ name, description }));
    return c.json({ agents }, 200);
  });
}
