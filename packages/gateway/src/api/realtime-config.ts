import { createRoute, z } from "@hono/zod-openapi";
import type { Realtime } from "../options.ts";
import { checkId } from "../threads/names.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

const Config = z
  .object({
    transport: z.enum(["websocket", "http"]),
    heartbeat_interval: z.number().int().openapi({ description: "Milliseconds between two pings of the client's." }),
    max_reconnect_attempts: z.number().int(),
    reconnect_interval: z.number().int().openapi({ description: "Milliseconds." }),
  })
  .openapi("RealtimeConfig");

const get = createRoute({
  method: "get",
  path: "/api/v1/realtime-config",
  summary: "How a session is to connect; always the same for the same session",
  request: { query: z.object({ session_id: z.string() }) },
  responses: {
    200: { description: "The advice.", content: { "application/json": { schema: Config } } },
    400: refusal("No session is named."),
  },
});

export function realtimeConfigRoutes(app: Api, { realtime }: Pick<ApiPorts, "realtime">): void {
  app.openapi(get, (c) => {
    const sessionId = checkId("session_id", c.req.valid("query").session_id);
    return c.json(
      {
        transport: isChosen(sessionId, realtime) ? ("websocket" as const) : ("http" as const),
        heartbeat_interval: realtime.heartbeatIntervalMs,
        max_reconnect_attempts: realtime.maxReconnectAttempts,
        reconnect_interval: realtime.reconnectIntervalMs,
      },
      200,
    );
  });
}

/** Whether the session is among the share that is to use WebSocket. Who is in at 10 percent is in at 20. */
function isChosen(sessionId: string, { websocket, rolloutPercent }: Realtime): boolean {
  return websocket && (stableHash(sessionId) / 2 ** 32) * 100 < rolloutPercent;
}

/** FNV-1a, its bits mixed as in MurmurHash3 (fmix32), so that ids that differ little spread evenly. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
