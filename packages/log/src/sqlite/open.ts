import { silentLogger, ThroughlineError, type Clock, type Logger, type Random } from "@throughline/protocol";
import { mkdir } from "node:fs/promises";
import { LogFront } from "../core/front.ts";
import { withDefaults, type Limits } from "../core/limits.ts";
import type { Durability, StreamLog } from "../stream-log.ts";
import { SqliteStore } from "./sqlite-store.ts";

export interface SqliteLogOptions extends Partial<Limits> {
  /** The folder of its files; made if it is not there. One log at a time. */
  readonly dir: string;
  /** `full` survives power loss, `os` only the end of the process. Default `full`. */
  readonly durability?: Exclude<Durability, "memory">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** How often streams past their time to live are looked for, and a full disk is tried again, in ms. Default 10,000. */
  readonly sweepMs?: number;
}

/**
 * Opens the durable log in a folder, after a crash too.
 * @throws ThroughlineError: `unavailable` (another server has it open, or the disk fails), `corrupt`, `storage_full`
 */
export function openSqliteLog(options: SqliteLogOptions): Promise<StreamLog> {
  return openSqliteLogWith(options);
}

/** @param hooks a test's hands in the threads; see {@link Hooks} */
export async function openSqliteLogWith(options: SqliteLogOptions, hooks?: SharedArrayBuffer): Promise<StreamLog> {
  const { dir, durability = "full", clock, random, logger = silentLogger } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new ThroughlineError("unavailable", `The data folder "${dir}" cannot be made.`, { cause });
  });
  const store = await SqliteStore.open({ dir, durability, uuid: random.uuid(), ...(hooks && { hooks }) });
  for (const note of store.recovery.notes) logger.warn(note, { dir });
  return new LogFront(store, { clock, logger, limits: withDefaults(options), sweepMs: options.sweepMs ?? 10_000 });
}
