import { z } from "@hono/zod-openapi";

/** The header that names a command over HTTP; a repeat of it applies once (R4). */
export const CommandHeaders = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: "Names this command; a repeat of it on the same thread applies once." }),
});

/** The command's id: the header's, or the body's `id`; undefined for a command without. */
export function commandIdOf(headers: z.infer<typeof CommandHeaders>, id?: string): string | undefined {
  const named = headers["idempotency-key"] ?? id;
  return named === undefined ? undefined : `http:${named}`;
}
