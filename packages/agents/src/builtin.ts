import type { Agent } from "@throughline/protocol";
import { marketAnalyst, type MarketAnalystOptions } from "./analyst/market-analyst.ts";
import { plannerExecutor, type PlannerExecutorOptions } from "./planner-executor/planner-executor.ts";
import { projectManager } from "./project-manager/project-manager.ts";
import { scripted } from "./scripted/scripted.ts";
import { taskWorker } from "./task-worker/task-worker.ts";

export type BuiltinAgentsOptions = MarketAnalystOptions & PlannerExecutorOptions;

/** The agents that come with Throughline. `pace` is that of all who have one. */
export function builtinAgents(options: BuiltinAgentsOptions): Agent[] {
  const paced = options.pace === undefined ? {} : { pace: options.pace };
  return [marketAnalyst(options), plannerExecutor(options), projectManager(paced), taskWorker(paced), scripted];
}
