import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createMemoryLog, openSqliteLog, type StreamLog } from "@throughline/log";
import { ThroughlineError } from "@throughline/protocol";
import type { Settings } from "../settings/table.ts";
import type { World } from "./start-server.ts";

/**
 * Opens the log of the data folder, or one in memory, and says what it had to mend.
 * @throws ThroughlineError `invalid_setting` when the folder cannot be made; `corrupt`, `unavailable`
 *   from the store
 */
export async function openLog(settings: Pick<Settings, "dataDir" | "durability">, world: World): Promise<StreamLog> {
  const { durability } = settings;
  if (durability === "memory") return createMemoryLog(world);
  const folder = path.resolve(settings.dataDir);
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new ThroughlineError("invalid_setting", `THROUGHLINE_DATA_DIR ${folder} cannot be made: ${cause.message}.`, {
      cause,
    });
  });
  const log = await openSqliteLog({ ...world, folder, durability });
  const { unclean, notes } = log.recovery;
  if (unclean) world.logger.info("the last run of this log was not closed; what it had committed is there");
  for (const note of notes) world.logger.warn(note);
  return log;
}
