import type { Api } from "../api/context.ts";
import { ABOUT } from "./about.ts";

interface Operation {
  tags?: string[];
  operationId?: string;
  responses: Record<string, unknown>;
}

type PathItem = Record<string, Operation>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** What every operation may answer beside what it says itself. */
const REFUSED = {
  description: "A refusal: by `code` what happened, by `remedy` what to do about it.",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
} as const;

/**
 * The OpenAPI 3.1 document, made of the routes that are served. What all of them have in common — the
 * refusal, tags, ids — is added here, so that a new route has it by itself.
 * @param server scheme, host and port, such as "http://127.0.0.1:4400"
 */
export function openApiDocument(api: Api, server: string): object {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: ABOUT,
    servers: [{ url: server }],
    externalDocs: { description: "The WebSocket addresses (AsyncAPI)", url: "/asyncapi.json" },
  });
  const paths = (document.paths ?? {}) as unknown as Record<string, PathItem>;
  const tags = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation !== undefined) complete(operation, method, path);
      for (const tag of operation?.tags ?? []) tags.add(tag);
    }
  }
  return { ...document, tags: [...tags].sort().map((name) => ({ name })) };
}

function complete(operation: Operation, method: string, path: string): void {
  operation.tags ??= [tagOf(path)];
  operation.operationId ??= `${method}${path.replace(/[{}]/g, "").replace(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`;
  operation.responses["default"] ??= REFUSED;
}

/** "/api/v1/threads/{id}" is about threads; what stands outside of /api is about the server. */
function tagOf(path: string): string {
  return /^\/api\/v1\/([\w-]+)/.exec(path)?.[1] ?? "server";
}
