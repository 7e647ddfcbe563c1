import { FRAME_LIMITS, parseJsonObject, ThroughlineError } from "@throughline/protocol";
import type { MiddlewareHandler } from "hono";
import type { ApiEnv } from "./context.ts";

/**
 * Reads a request's body before anything else does. Bodies from outside have the bounds of frames: bytes,
 * a depth, a number of values, no key that poisons (A3). They are looked at as text, before a schema can
 * drop what it does not know.
 */
export function boundedBody(maxBytes: number): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const text = await readText(c.req.raw, maxBytes);
      // Many clients name a type of the body they do not send.
      if (text === "") c.req.raw.headers.delete("content-type");
      else check(text, maxBytes);
      // What Hono keeps here is the promise of what its types say.
      c.req.bodyCache.text = Promise.resolve(text) as unknown as string;
    }
    await next();
  };
}

/** @throws payload_too_large as soon as it is, whatever the headers say */
async function readText(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? "0") > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}

function check(text: string, length: number): void {
  const parsed = parseJsonObject(text, { ...FRAME_LIMITS, length });
  if (parsed.ok) return;
  const code = parsed.code === "payload_too_large" ? parsed.code : "invalid_input";
  throw new ThroughlineError(code, `The body is refused: ${parsed.message}`);
}

function tooLarge(maxBytes: number): ThroughlineError {
  return new ThroughlineError("payload_too_large", `A body may have ${maxBytes} bytes.`);
}
