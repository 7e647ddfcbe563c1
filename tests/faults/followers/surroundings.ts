import type { Clock } from "@throughline/protocol";
import type { MemoryHttp, SeededRandom } from "@throughline/testing";
import type { History } from "../history.ts";
import type { Transport } from "../plan.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";

/** What a client says when it takes up a thread. */
export interface Opening {
  readonly transport: Transport;
  readonly thread: string;
  readonly cursor: string | undefined;
  /** The client's id, where the transport has one. */
  readonly client: string;
  readonly latencyMs: number;
  /** Sizes of the pieces in which bytes come; undefined = as they were written. */
  readonly chunkBytes: (() => number) | undefined;
  /** Over SSE: says the position as `Last-Event-ID`, as an EventSource does, or as `?after=`. */
  readonly asHeader: boolean;
  /** By long-poll: whether positions are passed on with their epoch, how long each waits, and how much it takes. */
  readonly withEpoch: boolean;
  readonly waitSeconds: number;
  readonly limit: number;
}

/** The world that clients and callers live in: in memory, or real. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly history: History;
  /** What no server may ever do, in words. */
  readonly misdeeds: string[];
  /** An HTTP client of what serves now; undefined while nothing does. */
  readonly http: MemoryHttp | undefined;
  fault(kind: string): void;
  /** Calls `fn` when the process that serves now is gone. */
  onDown(fn: () => void): () => void;
  /** Whether the event is durable; undefined where nobody can tell. */
  isDurable(thread: string, seq: number): boolean | undefined;
  /** @returns undefined while nothing serves. @throws what refuses the connection */
  open(opening: Opening, events: ConnectionEvents): Connection | undefined;
}
