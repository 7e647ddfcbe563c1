/** What stands behind the {@link LogFront}: something that commits groups of ops and reads them back. */
import type { Control, Durability, ReadOptions, ReadResult, Recovery, StreamInfo } from "../stream-log.ts";
import type { GroupReply, Op } from "./ops.ts";

export interface Page {
  readonly after?: string;
  readonly limit?: number;
}

/** How many entries `list` and `controls` give when not told. */
export const DEFAULT_PAGE = 1_000;

/** Reads reject with a ThroughlineError; they see every group whose commit has resolved. */
export interface Store {
  readonly durability: Durability;
  readonly recovery: Recovery;
  /** How many groups may be under way; the later ones wait inside the store, in order. */
  readonly pipeline: number;
  /** Never rejects: what went wrong is in the reply. `at` is the time of the commit. */
  commit(ops: readonly Op<readonly Uint8Array[]>[], at: number): Promise<GroupReply>;
  info(stream: string): Promise<StreamInfo | undefined>;
  list(prefix: string, page: Page): Promise<readonly StreamInfo[]>;
  read(stream: string, options: ReadOptions): Promise<ReadResult>;
  control(key: string): Promise<string | undefined>;
  controls(prefix: string, page: Page): Promise<readonly Control[]>;
  /** Called once, when nothing is under way. */
  close(): Promise<void>;
}
