import { createRoute, z } from "@hono/zod-openapi";
import { authorize } from "../access/authorize.ts";
import { listQuestions } from "../runs/stored/inbox.ts";
import { AnyJson } from "./any-json.ts";
import type { Api, ApiPorts } from "./context.ts";

const Question = z
  .object({
    interrupt_id: z.string(),
    thread_id: z.string(),
    run_id: z.string().openapi({ description: "The run that asks; `POST /api/v1/runs/{id}/answers` answers." }),
    agent: z.string(),
    question: z.string().openapi({ description: "At most 2,000 characters; the thread has all of it." }),
    options: AnyJson.optional().openapi({ description: "What there is to choose from." }),
    asked_at: z.number().int().openapi({ description: "Milliseconds since the Unix epoch." }),
  })
  .openapi("OpenQuestion");

const Questions = z.object({ items: z.array(Question), next_cursor: z.string().nullable() }).openapi("OpenQuestions");

const list = createRoute({
  method: "get",
  path: "/api/v1/questions",
  summary: "Questions nobody has answered yet, in all threads, oldest first",
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(800).optional(),
    }),
  },
  responses: {
    200: {
      description: "A page.",
      content: { "application/json": { schema: Questions } },
    },
  },
});

export function questionRoutes(app: Api, { log }: Pick<ApiPorts, "log">): void {
  app.openapi(list, async (c) => {
    const { principal } = c.var;
    authorize(principal, "read", "*");
    const { items, next } = await listQuestions(log, principal.tenant, c.req.valid("query"));
    const questions = items.map(({ interruptId, threadId, runId, agent, question, options, askedAt }) => ({
      interrupt_id: interruptId,
      thread_id: threadId,
      run_id: runId,
      agent,
      question,
      ...(options === undefined ? {} : { options }),
      asked_at: askedAt,
    }));
    return c.json({ items: questions, next_cursor: next } as z.infer<typeof Questions>, 200);
  });
}
