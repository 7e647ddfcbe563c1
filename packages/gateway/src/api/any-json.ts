import { z } from "@hono/zod-openapi";

/** Any JSON value. Described by hand: the generator follows the recursion of `z.json()` for ever. */
export const AnyJson = z.json().openapi({
  description: "Any JSON value.",
  type: ["object", "array", "string", "number", "boolean", "null"],
});
