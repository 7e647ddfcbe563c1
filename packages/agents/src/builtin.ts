import type { Agent } from "@throughline/protocol";
import { marketAnalyst, type MarketAnalystOptions } from "./analyst/market-analyst.ts";
import { projectManager } from "./project-manager/project-manager.ts";
import { scripted } from "./scripted/scripted.ts";
import { taskWorker } from "./task-worker/task-worker.ts";

/** The agents that come with Throughline. `pace` is that of all who have one. */
export function builtinAgents(options: MarketAnalystOptions): Agent[] {
  const paced = options.pace === undefined ? {} : { pace: options.pace };
  return [marketAnalyst(options), projectManager(paced), taskWorker(paced), scripted];
}
