import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Levels, Metrics, Telemetry } from "./telemetry.ts";
import { watchProcess } from "./system.ts";

const CONNECTION_SECONDS = [1, 10, 60, 300, 1_800, 7_200, 28_800, 86_400];
const LATENCY_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];
const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const FLUSH_EVENTS = [1, 2, 5, 10, 20, 50, 100, 500];

/**
 * The figures of one gateway for Prometheus, in a registry of their own: two gateways in a process do
 * not mix. What each one means stands beside it and at `/metrics`.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const told = countersIn(registry);
  const process = watchProcess(registry);
  let watched = false;
  return {
    ...told,
    contentType: registry.contentType,
    watch: (levels) => {
      if (!watched) levelsIn(registry, levels);
      watched = true;
    },
    ...hostsOwn(registry),
    render: () => registry.metrics(),
    close: () => process.close(),
  };
}

function hostsOwn(registry: Registry): Pick<Metrics, "counter" | "gauge"> {
  const registers = [registry];
  return {
    counter: (name, help, labelNames) => {
      const counter = new Counter({ name, help, labelNames: [...labelNames], registers });
      return (labels) => counter.inc(labels);
    },
    gauge: (name, help, labelNames) => {
      const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers });
      return (labels, value) => gauge.set(labels, value);
    },
  };
}

function countersIn(registry: Registry): Telemetry {
  const registers = [registry];
  const connections = new Gauge({
    name: "throughline_connections",
    help: "Connections that are open",
    labelNames: ["dialect", "transport"],
    registers,
  });
  const connectionSeconds = new Histogram({
    name: "throughline_connection_duration_seconds",
    help: "How long connections lasted that have ended",
    labelNames: ["dialect", "transport"],
    buckets: CONNECTION_SECONDS,
    registers,
  });
  const reconnections = new Counter({
    name: "throughline_reconnections_total",
    help: "Connections that were opened with a position to go on from",
    labelNames: ["dialect", "transport"],
    registers,
  });
  const failedAttempts = new Counter({
    name: "throughline_connection_failures_total",
    help: "WebSocket upgrades that were refused, by error code",
    labelNames: ["code"],
    registers,
  });
  const refusals = new Counter({
    name: "throughline_requests_refused_total",
    help: "HTTP requests that were refused, by error code",
    labelNames: ["code"],
    registers,
  });
  const ignored = new Counter({
    name: "throughline_frames_ignored_total",
    help: "Frames of clients that their dialect passes over without a word",
    labelNames: ["dialect"],
    registers,
  });
  const runsStarted = new Counter({
    name: "throughline_runs_started_total",
    help: "Runs that took their thread",
    labelNames: ["agent"],
    registers,
  });
  const runsEnded = new Counter({
    name: "throughline_runs_ended_total",
    help: "Runs that ended, by outcome and the code of their error, if any",
    labelNames: ["agent", "outcome", "code"],
    registers,
  });
  const reports = new Counter({
    name: "throughline_worker_reports_total",
    help: "What workers elsewhere have reported, by what became of it",
    labelNames: ["reception"],
    registers,
  });
  return {
    connectionOpened: (dialect, transport, resumed) => {
      connections.inc({ dialect, transport });
      if (resumed) reconnections.inc({ dialect, transport });
    },
    connectionClosed: (dialect, transport, seconds) => {
      connections.dec({ dialect, transport });
      connectionSeconds.observe({ dialect, transport }, seconds);
    },
    attemptFailed: (code) => failedAttempts.inc({ code }),
    requestRefused: (code) => refusals.inc({ code }),
    frameIgnored: (dialect) => ignored.inc({ dialect }),
    runStarted: (agent) => runsStarted.inc({ agent }),
    runEnded: (agent, outcome, code) => runsEnded.inc({ agent, outcome, code }),
    reported: (reception) => reports.inc({ reception }),
    ...deliveryIn(registry),
    ...commitsIn(registry),
  };
}

function deliveryIn(registry: Registry): Pick<Metrics, "flushed"> {
  const registers = [registry];
  const latency = new Histogram({
    name: "throughline_delivery_latency_seconds",
    help: "From emitting an event until its last live follower's socket was written to; the oldest event of each flush",
    buckets: LATENCY_SECONDS,
    registers,
  });
  const flushEvents = new Histogram({
    name: "throughline_flush_events",
    help: "Events merged into one flush",
    buckets: FLUSH_EVENTS,
    registers,
  });
  const writes = new Counter({ name: "throughline_writes_total", help: "Writes to sockets by flushes", registers });
  const bytes = new Counter({ name: "throughline_written_bytes_total", help: "Bytes of those writes", registers });
  return {
    flushed: (flushed, now) => {
      flushEvents.observe(flushed.events);
      writes.inc(flushed.writes);
      bytes.inc(flushed.bytes);
      if (flushed.emittedAt !== undefined) latency.observe(Math.max(0, now - flushed.emittedAt) / 1_000);
    },
  };
}

function commitsIn(registry: Registry): Pick<Metrics, "committed" | "commitFailed"> {
  const registers = [registry];
  const seconds = new Histogram({
    name: "throughline_commit_duration_seconds",
    help: "From handing a batch to the log until it was durable",
    buckets: COMMIT_SECONDS,
    registers,
  });
  const failures = new Counter({
    name: "throughline_commit_failures_total",
    help: "Batches that the log refused, by error code",
    labelNames: ["code"],
    registers,
  });
  return { committed: (duration) => seconds.observe(duration), commitFailed: (code) => failures.inc({ code }) };
}

/** What is only read at a scrape. */
function levelsIn(registry: Registry, levels: Levels): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  gauge("throughline_runs_active", "Runs of agents in this process that go on", () => levels.activeRuns());
  gauge("throughline_runs_elsewhere", "Runs that go on whose agents work elsewhere", () => levels.elsewhereRuns());
  gauge("throughline_runs_queued", "Starts that wait for their turn", () => levels.queuedRuns());
  gauge("throughline_log_queue_bytes", "Bytes handed to the log and not yet durable", () => levels.queuedBytes());
  gauge("throughline_log_writable", "1 while the log takes appends", () => (levels.writable() ? 1 : 0));
  gauge("throughline_lag_events", "Events that the connections have not been sent yet, of all together", () =>
    sum(levels.lags()),
  );
  gauge("throughline_lag_events_max", "The same of the connection that is furthest behind", () => most(levels.lags()));
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function most(numbers: Iterable<number>): number {
  let found = 0;
  for (const number of numbers) if (number > found) found = number;
  return found;
}
