import type { ControlWrite, StreamLog } from "@throughline/log";
import type { Assembly } from "@throughline/protocol/run";
import { keys } from "../../threads/names.ts";

/**
 * What a run's *_CHUNK shorthands have begun and not ended, as it is stored: a chunk need not name what it
 * goes on with, and the events that stand in the thread do not tell what was begun by one. It is written
 * with the events it belongs to, whenever it has changed.
 */
export class StoredAssembly {
  /** As it was when it was loaded. */
  readonly loaded: readonly Assembly[];
  readonly #key: string;
  #stored: string | null;

  private constructor(key: string, stored: string | null) {
    this.#key = key;
    this.#stored = stored;
    this.loaded = stored === null ? [] : (JSON.parse(stored) as Assembly[]);
  }

  /** That of a run that begins. @param of the run's tenant, thread and id */
  static none(...of: [tenant: string, threadId: string, runId: string]): StoredAssembly {
    return new StoredAssembly(keys.assembly(...of), null);
  }

  /** What is stored. */
  static async load(log: StreamLog, ...of: [tenant: string, threadId: string, runId: string]): Promise<StoredAssembly> {
    const key = keys.assembly(...of);
    return new StoredAssembly(key, (await log.control(key)) ?? null);
  }

  /** What stores the assembly as it is now; nothing where that is stored. */
  writes(now: readonly Assembly[]): ControlWrite[] {
    const value = now.length === 0 ? null : JSON.stringify(now);
    if (value === this.#stored) return [];
    this.#stored = value;
    return [{ key: this.#key, value }];
  }
}
