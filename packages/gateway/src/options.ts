import type { Agent, Clock, Logger, Random } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import type { BusyPolicy } from "./runs/ports.ts";
import type { Metrics } from "./telemetry/telemetry.ts";

/** Bounds on what clients may ask of a gateway (A3). */
export interface GatewayLimits {
  /** Bytes of one frame or request body; default 64 KiB. */
  readonly maxFrameBytes?: number;
  /** WebSockets open at once, and as many event streams; default 20,000. */
  readonly maxConnections?: number;
  /** Starts that may wait for one thread; default 100. */
  readonly maxQueuedRuns?: number;
  /** Frames a second of one connection in the long run; default 50. */
  readonly framesPerSecond?: number;
  /** Frames of one connection at once after a quiet time; default 200. */
  readonly frameBurst?: number;
}

export interface GatewayOptions {
  /** The gateway is its only writer; whoever opened it closes it, after the gateway. */
  readonly log: StreamLog;
  readonly agents: readonly Agent[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Where figures go, and what `/metrics` answers with: {@link createMetrics}. Default: nothing is measured. */
  readonly metrics?: Metrics;
  /** Base of links in frames, such as a chart's page: scheme, host and port. Default "http://127.0.0.1:4400". */
  readonly origin?: string;
  /** Origins of pages that may use the server beside loopback ones. */
  readonly allowedOrigins?: readonly string[];
  /** What happens to a start on a busy thread; default `enqueue` (R6). */
  readonly busyPolicy?: BusyPolicy;
  /** How long a client of `/ws/stream` may be away before its run is cancelled; default 30,000 ms. */
  readonly streamGraceMs?: number;
  readonly limits?: GatewayLimits;
}
