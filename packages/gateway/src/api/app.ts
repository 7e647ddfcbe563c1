import { OpenAPIHono } from "@hono/zod-openapi";
import { ThroughlineError } from "@throughline/protocol";
import type { Admit } from "../access/admit.ts";
import { corsFor } from "../access/cors.ts";
import { agentRoutes } from "./agents.ts";
import { auditCommands } from "./audit-commands.ts";
import { auditRoutes } from "./audit.ts";
import { boundedBody } from "./body.ts";
import { chartCommandRoutes } from "./chart-commands.ts";
import { chatRoutes } from "./chat.ts";
import type { Api, ApiEnv, ApiPorts } from "./context.ts";
import { documentRoutes } from "./documents.ts";
import { errorResponse, refusalOf } from "./errors.ts";
import { healthRoutes } from "./health.ts";
import { marketRoutes } from "./market.ts";
import { nativeRoutes } from "./native.ts";
import { questionRoutes } from "./questions.ts";
import { realtimeConfigRoutes } from "./realtime-config.ts";
import { runRoutes } from "./runs.ts";
import { taskExportRoutes } from "./task-exports.ts";
import { taskRunRoutes } from "./task-runs.ts";
import { taskRoutes } from "./tasks.ts";
import { threadRoutes } from "./threads.ts";
import { websocketStatusRoutes } from "./websocket-status.ts";

/** The HTTP API. Every address but health asks who comes (S1). */
export function createApi(ports: ApiPorts, access: { readonly admit: Admit; readonly maxBodyBytes: number }): Api {
  const app = new OpenAPIHono<ApiEnv>({
    // With or without a slash at its end, an address is the same.
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const at = issue?.path.join(".") ?? "";
      throw new ThroughlineError(
        "invalid_input",
        `${at === "" ? "The request" : `"${at}"`}: ${issue?.message ?? "is invalid"}`,
      );
    },
  });
  const refuse = (error: unknown): Response => {
    ports.metrics?.requestRefused(refusalOf(error).code);
    return errorResponse(error, ports.logger);
  };
  app.onError(refuse);
  app.notFound((c) => refuse(new ThroughlineError("not_found", `Nothing is served at ${c.req.path}.`)));
  healthRoutes(app, ports);
  documentRoutes(app, ports);
  app.use("/api/*", corsFor(access.admit));
  app.use("/api/*", async (c, next) => {
    c.set("principal", access.admit({ host: c.req.header("host"), origin: c.req.header("origin") }));
    await next();
  });
  app.use("/api/*", boundedBody(access.maxBodyBytes));
  app.use("/api/*", auditCommands(ports.audit));
  agentRoutes(app, ports);
  threadRoutes(app, ports);
  runRoutes(app, ports);
  chartCommandRoutes(app, ports);
  chatRoutes(app, ports);
  realtimeConfigRoutes(app, ports);
  auditRoutes(app, ports);
  taskExportRoutes(app, ports);
  taskRoutes(app, ports);
  taskRunRoutes(app, ports);
  websocketStatusRoutes(app, ports);
  if (ports.series !== undefined) marketRoutes(app, ports.series);
  nativeRoutes(app, ports);
  questionRoutes(app, ports);
  return app;
}
