import { z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { ERRORS, type ErrorCode, type Logger, ThroughlineError } from "@throughline/protocol";
import { retryAfter } from "../transports/retry-after.ts";

/** The body of every refusal. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: "Stable; tell errors apart by it." }),
      message: z.string(),
      remedy: z.string().openapi({ description: "What the reader can do about it." }),
    }),
  })
  .openapi("Error", {
    example: { error: { code: "not_found", message: "There is no such thread.", remedy: ERRORS.not_found.remedy } },
  });

/**
 * One of ours of anything thrown. What the HTTP library refuses of a request, such as a body that is no
 * JSON, is the client's to correct; the rest is told as `internal`, without its text.
 */
export function refusalOf(thrown: unknown): ThroughlineError {
  if (thrown instanceof ThroughlineError) return thrown;
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new ThroughlineError("invalid_input", thrown.message, { cause: thrown });
  }
  return new ThroughlineError("internal", "Something went wrong in the server.", { cause: thrown });
}

/** The response to anything thrown. */
export function errorResponse(thrown: unknown, logger: Logger): Response {
  const { code, message } = refusalOf(thrown);
  if (code === "internal") logger.error("a request failed", { error: thrown });
  return body(code, message);
}

function body(code: ErrorCode, message: string): Response {
  const { status, remedy } = ERRORS[code];
  const wait = retryAfter(status);
  const headers = wait === undefined ? {} : { "retry-after": wait };
  return Response.json({ error: { code, message, remedy } }, { status, headers });
}

/** OpenAPI entry of a refusal. */
export function refusal(description: string): {
  description: string;
  content: { "application/json": { schema: typeof ErrorBody } };
} {
  return { description, content: { "application/json": { schema: ErrorBody } } };
}
