import { ThroughlineError } from "@throughline/protocol";
import type { MiddlewareHandler } from "hono";
import type { Audit } from "../audit/audit.ts";
import type { ApiEnv } from "./context.ts";

/** A command over HTTP: its method and path, what it is called, and the thread its path names. */
type Command = readonly [methods: string, path: RegExp, action: string, threadOf?: (id: string) => string];

const task = (id: string): string => `task:${id}`;

/** Where the path does not name the thread, the handler says it: `c.set("threadId", …)`. */
const COMMANDS: readonly Command[] = [
  ["POST", /^\/api\/v1\/threads\/([^/]+)\/runs\/?$/, "start", (id) => id],
  ["POST", /^\/api\/v1\/threads\/([^/]+)\/fork\/?$/, "fork", (id) => id],
  ["POST", /^\/api\/v1\/runs\/[^/]+\/(cancel|pause|resume)\/?$/, "$1"],
  ["POST", /^\/api\/v1\/runs\/[^/]+\/answers\/?$/, "answer"],
  ["POST", /^\/api\/v1\/chart-commands\/([^/]+)\/?$/, "publish", (id) => `chart:${id}`],
  ["POST", /^\/api\/v1\/chat\/?$/, "start"],
  ["DELETE", /^\/api\/v1\/websocket\/clients\/[^/]+\/?$/, "disconnect"],
  ["POST", /^\/api\/v1\/tasks\/?$/, "task.create"],
  ["PUT PATCH", /^\/api\/v1\/tasks\/([^/]+)\/?$/, "task.update", task],
  ["DELETE", /^\/api\/v1\/tasks\/([^/]+)\/?$/, "task.delete", task],
  ["POST", /^\/api\/v1\/tasks\/([^/]+)\/runs?\/?$/, "start", task],
  ["POST", /^\/api\/v1\/tasks\/([^/]+)\/cancel\/?$/, "cancel", task],
  ["POST", /^\/api\/v1\/tasks\/([^/]+)\/pause\/?$/, "pause", task],
  ["POST", /^\/api\/v1\/tasks\/([^/]+)\/resume\/?$/, "resume", task],
];

/** Notes every command that comes over HTTP, and how it ended. */
export function auditCommands(audit: Audit): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.req.method === "GET") return;
    for (const [methods, path, name, threadOf] of COMMANDS) {
      const found = methods.split(" ").includes(c.req.method) ? path.exec(c.req.path) : null;
      if (found === null) continue;
      const { subject, tenant } = c.var.principal;
      const named = threadOf === undefined ? undefined : threadOf(unescaped(found[1] ?? ""));
      audit.note({
        action: name === "$1" ? (found[1] ?? "") : name,
        dialect: "http",
        tenant,
        threadId: shortened(c.get("threadId") ?? named),
        clientId: null,
        subject,
        details: outcomeOf(c.error, c.res.status),
      });
      return;
    }
  };
}

function outcomeOf(error: unknown, status: number): { outcome: string; code?: string } {
  if (error === undefined && status < 400) return { outcome: "ok" };
  return { outcome: "refused", code: error instanceof ThroughlineError ? error.code : `http_${status}` };
}

/** Ids may stand escaped in a path; what is no escape is taken as it stands. */
function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A path may hold anything, and be refused for it. */
function shortened(id: string | undefined): string | null {
  return id?.slice(0, 220) ?? null;
}
