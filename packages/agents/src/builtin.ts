import type { Agent } from "@throughline/protocol";
import { marketAnalyst, type MarketAnalystOptions } from "./analyst/market-analyst.ts";
import { scripted } from "./scripted/scripted.ts";

/** The agents that come with Throughline. */
export function builtinAgents(options: MarketAnalystOptions): Agent[] {
  return [marketAnalyst(options), scripted];
}
