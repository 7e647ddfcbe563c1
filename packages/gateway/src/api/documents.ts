import { createRoute, z } from "@hono/zod-openapi";
import { ThroughlineError } from "@throughline/protocol";
import { asyncApiDocument } from "../documents/asyncapi.ts";
import { DOCS_FILES, docsFile, docsPage } from "../documents/docs-page.ts";
import { openApiDocument } from "../documents/openapi.ts";
import type { Api, ApiPorts } from "./context.ts";
import { refusal } from "./errors.ts";

const Document = z.looseObject({}).openapi({ type: "object" });
const json = { "application/json": { schema: Document } };
const text = (type: string) => ({ [type]: { schema: z.string() } });

const openapi = createRoute({
  method: "get",
  path: "/openapi.json",
  summary: "The HTTP addresses, as OpenAPI 3.1",
  responses: { 200: { description: "The document.", content: json } },
});

const asyncapi = createRoute({
  method: "get",
  path: "/asyncapi.json",
  summary: "The WebSocket addresses and the broker's exchanges with their messages, as AsyncAPI 3.0",
  responses: { 200: { description: "The document.", content: json } },
});

const docs = createRoute({
  method: "get",
  path: "/docs",
  summary: "This document as a page to read and to try",
  responses: { 200: { description: "The page.", content: text("text/html") } },
});

const asset = createRoute({
  method: "get",
  path: "/docs/{file}",
  summary: "What the page loads",
  request: { params: z.object({ file: z.enum(DOCS_FILES) }) },
  responses: {
    200: { description: "A script or a style sheet.", content: text("*/*") },
    400: refusal("There is no such file."),
  },
});

const metrics = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Figures of the server, for Prometheus",
  responses: {
    200: { description: "In the text format of Prometheus.", content: text("text/plain") },
    404: refusal("Nothing is measured: the server was made without `metrics`."),
  },
});

/** What the server says about itself. As open as health: nothing here tells of any thread. */
export function documentRoutes(app: Api, ports: Pick<ApiPorts, "metrics">): void {
  // Made when first asked for, once every route is there.
  let document: object | undefined;
  app.openapi(openapi, (c) => {
    document ??= openApiDocument(app, "/");
    return c.json(document as Record<string, unknown>, 200);
  });
  app.openapi(asyncapi, (c) => c.json(asyncApiDocument(new URL(c.req.url).origin) as Record<string, unknown>, 200));
  app.openapi(docs, () => docsPage() as never);
  app.openapi(asset, (c) => docsFile(c.req.valid("param").file) as never);
  app.openapi(metrics, async (c) => {
    if (ports.metrics === undefined) throw new ThroughlineError("not_found", "This server measures nothing.");
    return c.body(await ports.metrics.render(), 200, { "content-type": ports.metrics.contentType });
  });
}
