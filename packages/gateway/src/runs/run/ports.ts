import type { Agent, ChartPublisher, Logger, Random, TaskPublisher } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Turns } from "../../turns.ts";
import type { BatchPorts } from "../stored/batches.ts";
import type { Workers } from "./workers.ts";

/** What happens to a start while another run holds the thread (R6). */
export type BusyPolicy = "enqueue" | "reject" | "interrupt";

/** What the runs of every thread share. */
export interface RunPorts extends BatchPorts {
  readonly log: StreamLog;
  readonly turns: Turns;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Counts the processes that have owned the log. */
  readonly incarnation: number;
  readonly agents: ReadonlyMap<string, Agent>;
  /** Those who work elsewhere, and the way to them. */
  readonly workers: Workers | undefined;
  /** How long such a worker may be silent before its run is ended, in ms. */
  readonly workerLeaseMs: number;
  /** How many starts may wait for one thread. */
  readonly maxQueued: number;
  /** What agents may write outside their own thread. */
  readonly publishers: (tenant: string) => { readonly charts: ChartPublisher; readonly tasks: TaskPublisher };
  /** Whether the server is going down: then no run starts any more (D6). */
  readonly draining: () => boolean;
}
