import {
  type Agent,
  type ChartPublisher,
  type Clock,
  type Logger,
  type Random,
  silentLogger,
  type TaskPublisher,
  ThroughlineError,
} from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { type Admit, admitLoopback } from "../access/admit.ts";
import { Audit } from "../audit/audit.ts";
import { Delivery } from "../delivery/delivery.ts";
import { type GatewayLimits, type GatewayOptions, type Realtime, REALTIME } from "../options.ts";
import { Publisher } from "../runs/publisher.ts";
import { Runs } from "../runs/runs.ts";
import { systemClock, systemRandom } from "../system.ts";
import { TaskBus } from "../tasks/bus.ts";
import { taskCompanion } from "../tasks/companion.ts";
import { TaskStore } from "../tasks/store.ts";
import { observedLog } from "../telemetry/observed-log.ts";
import { type Metrics, noTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { keys } from "../threads/names.ts";
import { Threads } from "../threads/threads.ts";
import { ClientMemory } from "../transports/client-memory.ts";
import { Clients } from "../transports/clients.ts";
import type { Rate } from "../transports/rate.ts";
import { Turns } from "../turns.ts";

/** What stands behind every way to the gateway, and what it all works with. */
export interface Rooms {
  readonly log: StreamLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Where the figures can be read; undefined where nothing is measured. */
  readonly metrics: Metrics | undefined;
  readonly limits: Required<GatewayLimits>;
  readonly rate: Rate;
  readonly realtime: Realtime;
  readonly admit: Admit;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly threads: Threads;
  readonly runs: Runs;
  readonly delivery: Delivery;
  readonly publisher: Publisher;
  readonly tasks: TaskStore;
  readonly bus: TaskBus;
  readonly audit: Audit;
  readonly clients: Clients;
  readonly memory: ClientMemory;
  /** What an agent may write outside its own thread. */
  readonly publishersOf: (tenant: string) => Publishers;
}

interface Publishers {
  readonly charts: ChartPublisher;
  readonly tasks: TaskPublisher;
}

const LIMITS: Required<GatewayLimits> = {
  maxFrameBytes: 64 * 1024,
  maxConnections: 20_000,
  maxQueuedRuns: 100,
  framesPerSecond: 50,
  frameBurst: 200,
};
const ORIGIN = "http://127.0.0.1:4400";
const AUDIT_KEEP_MS = 30 * 24 * 60 * 60_000;
const WORKER_LEASE_MS = 60_000;

/**
 * Opens them on the log, which is this process's from then on.
 * @throws invalid_input for two agents of one name, and what the log refuses
 */
export async function openRooms(options: GatewayOptions): Promise<Rooms> {
  const { metrics } = options;
  const telemetry = metrics ?? noTelemetry;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const logger = options.logger ?? silentLogger;
  const log = metrics === undefined ? options.log : observedLog(options.log, metrics, clock);
  const limits = { ...LIMITS, ...options.limits };
  const agents = agentsByName(options.agents);
  const admit = admitLoopback(options.allowedOrigins ?? []);

  const incarnation = await nextIncarnation(log);
  const bus = new TaskBus(clock, logger);
  const threads = new Threads({ log, clock, incarnation, observe: (...commit) => bus.observe(...commit) });
  const tasks = new TaskStore({ log, threads, clock, random });
  const publisher = new Publisher({ log, threads, clock });
  const turns = new Turns(clock);
  const publishersOf = (tenant: string): Publishers => ({ ...publisher.of(tenant), tasks: tasks.publisher(tenant) });
  const seams = { log, clock, random, logger, telemetry };
  const runs = new Runs({
    ports: {
      ...seams,
      turns,
      incarnation,
      agents,
      workers: options.workers,
      workerLeaseMs: options.workerLeaseMs ?? WORKER_LEASE_MS,
      maxQueued: limits.maxQueuedRuns,
      publishers: publishersOf,
      companionOf: (thread) => taskCompanion(thread, clock),
    },
    threads,
    policy: options.busyPolicy ?? "enqueue",
  });
  const rooms: Rooms = {
    ...seams,
    metrics,
    limits,
    rate: { perSecond: limits.framesPerSecond, burst: limits.frameBurst },
    realtime: { ...REALTIME, ...options.realtime },
    admit,
    agents,
    threads,
    runs,
    delivery: new Delivery({ clock, turns, origin: options.origin ?? ORIGIN, logger, telemetry }),
    publisher,
    tasks,
    bus,
    audit: new Audit({ log, clock, logger, keepMs: options.auditKeepMs ?? AUDIT_KEEP_MS }),
    clients: new Clients(),
    memory: new ClientMemory(log, clock),
    publishersOf,
  };
  watch(rooms);
  return rooms;
}

/** Lets the figures be read that are there at any time. */
function watch({ metrics, log, clients, runs }: Rooms): void {
  metrics?.watch({
    lags: () => lagsOf(clients),
    activeRuns: () => runs.active,
    elsewhereRuns: () => runs.elsewhere,
    queuedRuns: () => runs.queued,
    queuedBytes: () => log.health().queuedBytes,
    writable: () => log.health().writable,
  });
}

function* lagsOf(clients: Clients): Generator<number> {
  for (const { lag } of clients.all()) yield lag;
}

function agentsByName(agents: readonly Agent[]): Map<string, Agent> {
  const byName = new Map<string, Agent>();
  for (const agent of agents) {
    if (byName.has(agent.name)) throw new ThroughlineError("invalid_input", `Two agents are named "${agent.name}".`);
    byName.set(agent.name, agent);
  }
  return byName;
}

/** Counts this process as the log's owner; whoever owned it before is fenced from now on. */
async function nextIncarnation(log: StreamLog): Promise<number> {
  const stored = await log.control(keys.incarnation);
  const incarnation = Number(stored ?? "0") + 1;
  const write = { key: keys.incarnation, value: String(incarnation), expect: stored ?? null };
  await log.append({ appends: [], controls: [write] });
  return incarnation;
}
