import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Agent, Clock, Logger, Random } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import type { Principal } from "../access/principal.ts";
import type { Audit } from "../audit/audit.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Native } from "../native/native.ts";
import type { Publisher } from "../runs/publisher.ts";
import type { Runs } from "../runs/runs.ts";
import type { TaskBus } from "../tasks/bus.ts";
import type { TaskStore } from "../tasks/store.ts";
import type { Threads } from "../threads/threads.ts";
import type { Metrics } from "../telemetry/telemetry.ts";
import type { Clients } from "../transports/clients.ts";
import type { Realtime, SeriesSource } from "../options.ts";
import type { SseTransport } from "../transports/sse.ts";

/** What a handler knows of its request. */
export interface ApiEnv {
  /** What @hono/node-server gives beside the request; other hosts give nothing. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    principal: Principal;
    /** The thread a command is about, where its path does not name it. */
    threadId?: string;
  };
}

export type Api = OpenAPIHono<ApiEnv>;

/** What the HTTP API works with. */
export interface ApiPorts {
  readonly log: StreamLog;
  readonly threads: Threads;
  readonly runs: Runs;
  readonly publisher: Publisher;
  readonly tasks: TaskStore;
  readonly bus: TaskBus;
  readonly clients: Clients;
  readonly delivery: Delivery;
  readonly sse: SseTransport;
  readonly native: Native;
  readonly audit: Audit;
  readonly realtime: Realtime;
  /** Prices for charts; undefined where the host has none. */
  readonly series: SeriesSource | undefined;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** What `/metrics` answers with; undefined where nothing is measured. */
  readonly metrics: Metrics | undefined;
  /** Whether the server takes new work: false while it starts and once it drains. */
  readonly ready: () => boolean;
}
