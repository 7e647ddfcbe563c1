import { judgeApps } from "./apps.ts";
import { judgeCommands } from "./commands.ts";
import { judgeDeliveries } from "./deliveries.ts";
import type { Evidence } from "./evidence.ts";
import { judgeThreads } from "./threads.ts";
import { judgeWritten } from "./written.ts";

/**
 * What speaks against a trial; empty when every rule held.
 * @param origin base of links in frames, as the gateway was given it
 */
export function judge(evidence: Evidence, origin: string): string[] {
  return [
    ...judgeThreads(evidence),
    ...(evidence.agentsSeen ? judgeWritten(evidence) : []),
    ...judgeCommands(evidence),
    ...judgeDeliveries(evidence, origin),
    ...judgeApps(evidence),
  ];
}
