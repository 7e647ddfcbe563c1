/** What lies in a data folder. */
import { join } from "node:path";

export interface LogFiles {
  readonly log: string;
  readonly index: string;
  readonly lock: string;
  readonly mark: string;
}

export function logFiles(dir: string): LogFiles {
  return {
    log: join(dir, "log.db"),
    index: join(dir, "index.db"),
    lock: join(dir, "lock.db"),
    mark: join(dir, "mark"),
  };
}

/** A database and what its engine keeps beside it. */
export function withJournals(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}
