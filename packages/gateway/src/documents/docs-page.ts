import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The interactive page over `/openapi.json`. Swagger UI, because its npm package holds everything the
 * page needs in two files: nothing comes from another host, and a strict content security policy holds.
 */

const FOLDER = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** What the page loads, by name; the first two stand in Swagger UI's package. */
const FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"] as const;
export type DocsFile = (typeof FILES)[number];
export const DOCS_FILES: readonly [DocsFile, ...DocsFile[]] = FILES;

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Throughline: the HTTP API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<p style="font: 14px system-ui; margin: 16px 20px 0">
<a href="openapi.json">openapi.json</a> · WebSocket addresses: <a href="asyncapi.json">asyncapi.json</a>
</p>
<main id="docs"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = `window.ui = SwaggerUIBundle({ url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
`;

const SECURITY = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    // Swagger UI sets styles on elements and draws its icons from data.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

export function docsPage(): Response {
  return new Response(HTML, {
    headers: { ...SECURITY, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
  });
}

/** One of the files that the page loads. */
export async function docsFile(name: DocsFile): Promise<Response> {
  const type = name.endsWith(".css") ? "text/css" : "text/javascript";
  const body = name === "start.js" ? START : new Uint8Array(await readFile(join(FOLDER, name)));
  return new Response(body, {
    headers: { ...SECURITY, "content-type": `${type}; charset=utf-8`, "cache-control": "public, max-age=3600" },
  });
}
