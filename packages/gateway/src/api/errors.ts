import { z } from "@hono/zod-openapi";
import { ERRORS, type ErrorCode, type Logger, ThroughlineError } from "@throughline/protocol";

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

/** The response to anything thrown; what is not ours is logged and told as `internal` without its text. */
export function errorResponse(thrown: unknown, logger: Logger): Response {
  if (!(thrown instanceof ThroughlineError)) {
    logger.error("a request failed", { error: thrown });
    return body("internal", "Something went wrong in the server.");
  }
  return body(thrown.code, thrown.message);
}

function body(code: ErrorCode, message: string): Response {
  const { status, remedy } = ERRORS[code];
  return Response.json({ error: { code, message, remedy } }, { status });
}

/** OpenAPI entry of a refusal. */
export function refusal(description: string): {
  description: string;
  content: { "application/json": { schema: typeof ErrorBody } };
} {
  return { description, content: { "application/json": { schema: ErrorBody } } };
}
