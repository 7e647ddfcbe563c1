import { createRoute, z } from "@hono/zod-openapi";
import { FORMATS, type Format } from "../tasks/export/formats.ts";
import { streamText } from "../tasks/export/stream.ts";
import { historyLines } from "../tasks/export/ndjson.ts";
import { ORDERS } from "../tasks/order.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";
import { Filters, missing, TaskId } from "./tasks.ts";

const Format = z
  .enum(["json", "csv", "markdown", "ndjson"])
  .openapi({ param: { name: "format", in: "path" }, example: "csv" });

const file = {
  description: "A file, streamed.",
  content: Object.fromEntries(
    Object.values(FORMATS).map(({ mediaType }) => [mediaType, { schema: z.string() }]),
  ) as Record<string, { schema: z.ZodString }>,
};

const exportAll = createRoute({
  method: "get",
  path: "/api/v1/tasks/export/{format}",
  summary: "Every task as a file",
  request: {
    params: z.object({ format: Format }),
    query: Filters.extend({ sort: z.enum(ORDERS).default("created_at") }),
  },
  responses: { 200: file, 400: refusal("There is no such format.") },
});

const exportOne = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/export/{format}",
  summary: "One task as a file; as `ndjson` its whole event history, a `{seq,event}` a line",
  request: { params: TaskId.extend({ format: Format }) },
  responses: { 200: file, 400: refusal("There is no such format."), ...missing },
});

export function taskExportRoutes(app: Api, { tasks }: ApiPorts): void {
  app.openapi(exportAll, (c) => {
    const { sort, ...filters } = c.req.valid("query");
    const { format } = c.req.valid("param");
    const text = FORMATS[format].all(tasks.every(c.var.principal, { ...filters, order: sort }));
    return download(text, format, "tasks");
  });
  app.openapi(exportOne, async (c) => {
    const { id, format } = c.req.valid("param");
    const task = await tasks.get(c.var.principal, id);
    const text =
      format === "ndjson" ? historyLines(tasks.events(c.var.principal.tenant, id)) : FORMATS[format].one(task);
    return download(text, format, `task-${id.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`);
  });
}

function download(text: AsyncIterable<string>, format: Format, name: string): Response {
  const { mediaType, extension } = FORMATS[format];
  return new Response(streamText(text), {
    headers: {
      "content-type": mediaType,
      "content-disposition": `attachment; filename="${name}.${extension}"`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
