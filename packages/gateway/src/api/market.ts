import { createRoute, z } from "@hono/zod-openapi";
import { authorize } from "../access/authorize.ts";
import type { SeriesSource } from "../options.ts";
import type { Api } from "./context.ts";

const Series = z
  .object({
    symbol: z.string(),
    name: z.string(),
    timeframe: z.string(),
    kind: z
      .string()
      .openapi({ description: "`close`: rows are `[time, close]`; else `[time, open, high, low, close, volume]`." }),
    source: z.string().openapi({ description: "Where the prices come from; `simulated` where there are none." }),
    points: z
      .array(z.array(z.number()))
      .openapi({ description: "Oldest first; time in seconds since the Unix epoch." }),
  })
  .openapi("Series");

const series = createRoute({
  method: "get",
  path: "/api/v1/market/series",
  summary: "The prices a chart is drawn from, the same that the agents see",
  request: {
    query: z.object({
      symbol: z.string().min(1).max(64).openapi({ example: "AAPL" }),
      timeframe: z.string().max(8).optional().openapi({ description: "`1D`, `1W` or `1M`; absent = the data's own." }),
    }),
  },
  responses: { 200: { description: "The prices.", content: { "application/json": { schema: Series } } } },
});

/** Served where the host gives prices: {@link SeriesSource}. */
export function marketRoutes(app: Api, source: SeriesSource): void {
  app.openapi(series, async (c) => {
    authorize(c.var.principal, "read", "quotes");
    const { symbol, timeframe } = c.req.valid("query");
    return c.json((await source(symbol, timeframe)) as z.infer<typeof Series>, 200);
  });
}
