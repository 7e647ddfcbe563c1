export { marketAnalyst, type MarketAnalystOptions } from "./analyst/market-analyst.ts";
export type { Analysis } from "./analysis/analyse.ts";
export * from "./builder/define-agent.ts";
export * from "./builder/run.ts";
export { Asked } from "./builder/questions.ts";
export { builtinAgents, type BuiltinAgentsOptions } from "./builtin.ts";
export type { AssetClass, Instrument, PriceFile } from "./market/catalogue.ts";
export * from "./market/market-data.ts";
export { marketQuotes, type MarketQuotesOptions } from "./market/quotes.ts";
export * from "./market/series.ts";
export {
  createHttpGet,
  type Fetch,
  type FetchInit,
  type HttpAnswer,
  type HttpGet,
  type HttpGetOptions,
} from "./planner-executor/tools/http-get.ts";
export { plannerExecutor, type PlannerExecutorOptions } from "./planner-executor/planner-executor.ts";
export { projectManager, type ProjectManagerOptions } from "./project-manager/project-manager.ts";
export { scripted } from "./scripted/scripted.ts";
export { systemHttpGet, systemMarketData, textFolder } from "./system.ts";
export { taskWorker, type TaskWorkerOptions } from "./task-worker/task-worker.ts";
