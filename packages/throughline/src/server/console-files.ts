import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the console, ready to be sent. */
interface ConsoleFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers a request for a page or a file of the console; undefined when it asks for something else. */
export type ServeConsole = (request: Request) => Response | undefined;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** Addresses within the console, which its script turns into pages. */
const PAGES =
  /^\/(?:runs|inbox|tasks|connections|dashboard|audit|reference|playground|settings|(?:threads|chart|tasks)\/[^/]+)\/?$/;

/** Vite puts a hash of the content into the names of these, so they never change. */
const HASHED = /^\/assets\//;

const SECURITY_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    // The chart library and React set styles on elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** Where the built console lies: beside the built command, or in the workspace; undefined when it was never built. */
export function findConsole(): string | undefined {
  const places = [new URL("../console/", import.meta.url), new URL("../../../../apps/console/dist/", import.meta.url)];
  return places.map((place) => fileURLToPath(place)).find((folder) => existsSync(path.join(folder, "index.html")));
}

/**
 * Reads the built console into memory. A request can only name what was read, so there is no path
 * to climb out by.
 */
export async function loadConsole(folder: string): Promise<ServeConsole> {
  const files = new Map<string, ConsoleFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith(".")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const address = `/${path.relative(folder, file).split(path.sep).join("/")}`;
    files.set(address, describe(address, new Uint8Array(await readFile(file))));
  }
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const { pathname } = new URL(request.url);
    const address = pathname === "/" || PAGES.test(pathname) ? "/index.html" : pathname;
    const file = files.get(address);
    return file && respond(request, file);
  };
}

function describe(address: string, bytes: Uint8Array<ArrayBuffer>): ConsoleFile {
  return {
    bytes,
    headers: {
      ...SECURITY_HEADERS,
      "content-type": TYPES[path.extname(address)] ?? "application/octet-stream",
      "cache-control": HASHED.test(address) ? "public, max-age=31536000, immutable" : "no-cache",
      etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    },
  };
}

function respond(request: Request, file: ConsoleFile): Response {
  if (request.headers.get("if-none-match") === file.headers["etag"]) {
    return new Response(null, { status: 304, headers: file.headers });
  }
  const headers = { ...file.headers, "content-length": String(file.bytes.byteLength) };
  return new Response(request.method === "HEAD" ? null : file.bytes, { headers });
}
