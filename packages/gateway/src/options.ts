import type { Agent, Clock, Logger, QuoteSource, Random } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import type { BusyPolicy } from "./runs/run/ports.ts";
import type { Workers } from "./runs/run/workers.ts";
import type { Metrics } from "./telemetry/telemetry.ts";

/** Bounds on what clients may ask of a gateway (A3). */
export interface GatewayLimits {
  /** Bytes of one frame or request body; default 64 KiB. */
  readonly maxFrameBytes?: number;
  /** WebSockets open at once, as many event streams and as many connections of Socket.IO; default 20,000. */
  readonly maxConnections?: number;
  /** Starts that may wait for one thread; default 100. */
  readonly maxQueuedRuns?: number;
  /** Frames a second of one connection in the long run; default 50. */
  readonly framesPerSecond?: number;
  /** Frames of one connection at once after a quiet time; default 200. */
  readonly frameBurst?: number;
}

/** How clients are to connect; what they are told at `/api/v1/realtime-config`. */
export interface Realtime {
  /** False refuses every WebSocket upgrade; clients use the HTTP addresses. Default true. */
  readonly websocket: boolean;
  /** Of a hundred sessions, how many are advised to use WebSocket; upgrades are not refused. Default 100. */
  readonly rolloutPercent: number;
  /** How often a client is to ping; default 30,000 ms. */
  readonly heartbeatIntervalMs: number;
  /** How often a client is to try again before it turns to HTTP; default 10. */
  readonly maxReconnectAttempts: number;
  /** How long a client is to wait before it tries again; default 1,000 ms. */
  readonly reconnectIntervalMs: number;
}

export const REALTIME: Realtime = {
  websocket: true,
  rolloutPercent: 100,
  heartbeatIntervalMs: 30_000,
  maxReconnectAttempts: 10,
  reconnectIntervalMs: 1_000,
};

/**
 * Prices of a symbol as `/api/v1/market/series` answers them.
 * @param timeframe absent = the data's own
 * @throws ThroughlineError `invalid_input` for what can be no symbol
 */
export type SeriesSource = (symbol: string, timeframe: string | undefined) => Promise<object>;

export interface GatewayOptions {
  /** The gateway is its only writer; whoever opened it closes it, after the gateway. */
  readonly log: StreamLog;
  readonly agents: readonly Agent[];
  /** Those who work on the runs of some threads elsewhere, and the way to them; their agents need not stand in `agents`. */
  readonly workers?: Workers;
  /** How long a worker elsewhere may be silent before its run ends with `worker_lost`; default 60,000 ms. */
  readonly workerLeaseMs?: number;
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
  /** Who answers a request over Socket.IO that names nobody; default `planner-executor`. */
  readonly requestAgent?: string;
  /** How long a client of `/ws/stream` may be away before its run is cancelled; default 30,000 ms. */
  readonly streamGraceMs?: number;
  /** What `WS /ws/quotes` gives; without it that address is not served. */
  readonly quotes?: QuoteSource;
  /** What `/api/v1/market/series` answers; without it that address is not served. */
  readonly series?: SeriesSource;
  readonly realtime?: Partial<Realtime>;
  /** How long the audit log keeps a day's entries; default 30 days. */
  readonly auditKeepMs?: number;
  readonly limits?: GatewayLimits;
}
