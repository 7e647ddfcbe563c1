import path from "node:path";
import { createMemoryLog, openSqliteLog, type StreamLog } from "@throughline/log";
import type { Settings } from "../settings/table.ts";
import type { World } from "./start-server.ts";

/**
 * Opens the log of the data folder, or one in memory. The store itself logs what it had to mend.
 * @throws ThroughlineError `unavailable` (the folder cannot be used, or another server has it open),
 *   `corrupt`, `storage_full`
 */
export async function openLog(settings: Pick<Settings, "dataDir" | "durability">, world: World): Promise<StreamLog> {
  const { dataDir, durability } = settings;
  if (durability === "memory") return createMemoryLog(world);
  const log = await openSqliteLog({ ...world, dir: path.resolve(dataDir), durability });
  if (log.recovery.unclean) world.logger.info("the log was not closed the last time; all it had committed is there");
  return log;
}
