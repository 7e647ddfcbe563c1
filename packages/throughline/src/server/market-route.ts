import { seriesJson, type MarketData } from "@throughline/agents";
import { admitLoopback } from "@throughline/gateway";
import { ThroughlineError } from "@throughline/protocol";
import { refusal } from "./refusal.ts";

/**
 * `GET /api/v1/market/series?symbol=AAPL&timeframe=1D`: the prices a chart is drawn from, the same
 * that the analyst sees.
 */
export function marketRoute(data: Pick<MarketData, "series">, access: { readonly allowedOrigins: readonly string[] }) {
  const admit = admitLoopback(access.allowedOrigins);
  return (request: Request): Promise<Response> | undefined => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "GET" || pathname !== "/api/v1/market/series") return undefined;
    return answer(async () => {
      admit({ host: request.headers.get("host") ?? undefined, origin: request.headers.get("origin") ?? undefined });
      const symbol = searchParams.get("symbol");
      if (symbol === null) throw new ThroughlineError("invalid_input", "Name a symbol: ?symbol=AAPL.");
      return seriesJson(await data.series(symbol, searchParams.get("timeframe") ?? undefined));
    });
  };
}

async function answer(work: () => Promise<unknown>): Promise<Response> {
  try {
    return Response.json(await work());
  } catch (error) {
    return refusal(ThroughlineError.from(error));
  }
}
