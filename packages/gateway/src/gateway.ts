import type { Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import {
  type Agent,
  type ChartPublisher,
  type ErrorCode,
  type JsonObject,
  silentLogger,
  type TaskPublisher,
  ThroughlineError,
} from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { admitLoopback } from "./access/admit.ts";
import { ANONYMOUS } from "./access/principal.ts";
import { Audit } from "./audit/audit.ts";
import { createApi } from "./api/app.ts";
import { readCursor } from "./api/cursor.ts";
import { Delivery } from "./delivery/delivery.ts";
import type { Sink } from "./delivery/sink.ts";
import { isMounted, route } from "./dialects/registry.ts";
import { threadOfRequest } from "./dialects/request-commands.ts";
import { type GatewayOptions, REALTIME } from "./options.ts";
import { Native, NATIVE_PATH } from "./native/native.ts";
import { Presence } from "./native/presence.ts";
import { Publisher } from "./runs/publisher.ts";
import { Runs } from "./runs/runs.ts";
import type { Reception, Report } from "./runs/run/workers.ts";
import { observedLog } from "./telemetry/observed-log.ts";
import { noTelemetry } from "./telemetry/telemetry.ts";
import { systemClock, systemRandom } from "./system.ts";
import { TaskBus } from "./tasks/bus.ts";
import { taskCompanion } from "./tasks/companion.ts";
import { TaskMail } from "./tasks/mail.ts";
import { type TaskServer, taskServer } from "./tasks/server.ts";
import { TaskStore } from "./tasks/store.ts";
import { keys } from "./threads/names.ts";
import type { Thread } from "./threads/thread.ts";
import { Threads } from "./threads/threads.ts";
import { type Attachable, type AttachOptions, attachTo, pathMatcher, pathOf } from "./transports/attach.ts";
import { ClientMemory } from "./transports/client-memory.ts";
import { Clients } from "./transports/clients.ts";
import { Leaves } from "./transports/leaves.ts";
import { QUOTES_PATH, QuoteSession } from "./transports/quotes.ts";
import { Session } from "./transports/session.ts";
import { RequestSession } from "./transports/socket-io/request-session.ts";
import { SOCKET_IO_PATH, SocketIoTransport } from "./transports/socket-io/transport.ts";
import { SseTransport } from "./transports/sse.ts";
import { type SocketHandler, type UpgradeRequest, WebSocketTransport } from "./transports/websocket.ts";
import { Turns } from "./turns.ts";

/** A running gateway. */
export interface Gateway {
  /**
   * Answers an HTTP request; for any host that speaks fetch.
   * @param env what @hono/node-server passes along; leave it out elsewhere
   */
  readonly fetch: (request: Request, env?: Partial<HttpBindings>) => Promise<Response>;
  /** The HTTP addresses it answers, for hosts that route by path; parameters stand as `:name`. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Opens a session on a socket that is already there; for hosts with WebSockets of their own, and for tests. */
  readonly accept: (request: UpgradeRequest, sink: Sink) => SocketHandler;
  /**
   * Serves a Node HTTP server: its WebSocket upgrades and its requests. Where the server has listeners
   * of its own, such as an Express app's, only what goes to the gateway's addresses is taken from
   * them; so attach once they are there.
   */
  readonly attach: (server: Server, options?: AttachOptions) => void;
  /** The server's own word to clients of `/ws/stream`, beside what their threads say. */
  readonly stream: {
    /** Sends a frame to every connection of a client; how many it has. */
    send(clientId: string, frame: JsonObject): number;
    /** Sends a frame to all but the clients named; to how many connections. */
    broadcast(frame: JsonObject, exclude?: ReadonlySet<string>): number;
    /** Cancels what a client has started on its own thread; how many runs. */
    cancel(clientId: string): Promise<number>;
  };
  /** For those who carry what workers elsewhere say; see {@link GatewayOptions.workers}. */
  readonly workers: {
    /**
     * Takes what a worker says of a run; resolves once what came of it is durable. Those of one thread
     * are applied in the order of the calls, which need not wait for one another. While the log takes
     * nothing (a full disk), it waits.
     * @throws unavailable, overloaded, draining, corrupt: nothing of it is stored, and it is to be reported again
     */
    report(report: Report): Promise<Reception>;
    /** What agents that work elsewhere may write outside their own threads, where their host lets them. */
    readonly publishers: { readonly charts: ChartPublisher; readonly tasks: TaskPublisher };
  };
  /** The server's own word to clients of Socket.IO, beside what their requests say. */
  readonly requests: {
    /** Sends a frame to all who follow a request, as the event its `type` names; to how many connections. */
    send(requestId: string, frame: JsonObject): number;
  };
  /** Events of tasks, and the server's own word to their clients. */
  readonly tasks: TaskServer;
  /**
   * Sends a command to every chart that watches the session; what the grammar does not know is
   * delivered verbatim, as `raw`.
   * @returns the command's seq in the session
   * @throws invalid_input for an empty or too long command, or an id that cannot be one
   */
  readonly streamChartCommand: ChartPublisher["streamChartCommand"];
  /**
   * Stops taking new work, lets runs finish for `graceMs`, ends the rest, sends clients away (D6).
   * @param besides what else clients are to see the end of, such as the host's own workers'; it has a bound of its own
   */
  drain(graceMs: number, besides?: Promise<unknown>): Promise<void>;
  /** Drains without grace, then lets go of everything but the log. Safe to repeat. */
  close(): Promise<void>;
}

const DEFAULTS = {
  origin: "http://127.0.0.1:4400",
  requestAgent: "planner-executor",
  streamGraceMs: 30_000,
  auditKeepMs: 30 * 24 * 60 * 60_000,
  workerLeaseMs: 60_000,
  maxFrameBytes: 64 * 1024,
  maxConnections: 20_000,
  maxQueuedRuns: 100,
  framesPerSecond: 50,
  frameBurst: 200,
} as const;

/**
 * Wires the rooms together. Resolves once what an earlier process left behind is in order: its runs
 * ended, its queues going on.
 * @throws what the log refuses
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { metrics } = options;
  const telemetry = metrics ?? noTelemetry;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const logger = options.logger ?? silentLogger;
  const log = metrics === undefined ? options.log : observedLog(options.log, metrics, clock);
  const limits = { ...DEFAULTS, ...options.limits };
  const realtime = { ...REALTIME, ...options.realtime };
  const agents = agentsByName(options.agents);
  const admit = admitLoopback(options.allowedOrigins ?? []);

  const incarnation = await nextIncarnation(log);
  const bus = new TaskBus(clock, logger);
  const threads = new Threads({ log, clock, incarnation, observe: (...commit) => bus.observe(...commit) });
  const tasks = new TaskStore({ log, threads, clock, random });
  const publisher = new Publisher({ log, threads, clock });
  const turns = new Turns(clock);
  const audit = new Audit({ log, clock, logger, keepMs: options.auditKeepMs ?? DEFAULTS.auditKeepMs });
  const ports = {
    turns,
    log,
    clock,
    random,
    logger,
    telemetry,
    incarnation,
    agents,
    workers: options.workers,
    workerLeaseMs: options.workerLeaseMs ?? DEFAULTS.workerLeaseMs,
    maxQueued: limits.maxQueuedRuns,
    publishers: (tenant: string) => ({ ...publisher.of(tenant), tasks: tasks.publisher(tenant) }),
    companionOf: (thread: Thread) => taskCompanion(thread, clock),
  };
  const runs = new Runs({ ports, threads, policy: options.busyPolicy ?? "enqueue" });
  const delivery = new Delivery({ clock, turns, origin: options.origin ?? DEFAULTS.origin, logger, telemetry });
  const sse = new SseTransport({ delivery, clock, maxConnections: limits.maxConnections, audit, telemetry });
  const clients = new Clients();
  // What the host does itself.
  const host = { dialect: "server", tenant: ANONYMOUS.tenant, clientId: null, subject: null };
  const leaves = new Leaves(clock, options.streamGraceMs ?? DEFAULTS.streamGraceMs);
  let ready = false;

  const rate = { perSecond: limits.framesPerSecond, burst: limits.frameBurst };
  const native = new Native({
    ports: {
      log,
      threads,
      runs,
      delivery,
      clients,
      presence: new Presence(clock),
      audit,
      clock,
      random,
      logger,
      telemetry,
      rate,
      heartbeatMs: realtime.heartbeatIntervalMs,
      maxFrameBytes: limits.maxFrameBytes,
      defaultAgent: options.agents[0]?.name,
    },
    sse,
    maxConnections: limits.maxConnections,
  });

  const api = createApi(
    {
      log,
      threads,
      runs,
      publisher,
      tasks,
      bus,
      clients,
      delivery,
      sse,
      native,
      audit,
      realtime,
      series: options.series,
      agents,
      clock,
      random,
      logger,
      metrics,
      ready: () => ready,
    },
    { admit, maxBodyBytes: limits.maxFrameBytes },
  );
  const memory = new ClientMemory(log, clock);
  const sessions = { threads, runs, delivery, clients, leaves, memory, audit, clock, logger, telemetry, rate };
  const accept = (request: UpgradeRequest, sink: Sink): SocketHandler => {
    const principal = admit(request);
    if (!realtime.websocket) {
      throw new ThroughlineError("websocket_disabled", "This server takes no WebSocket connections.");
    }
    if (!ready) throw new ThroughlineError("draining", "The server is going down.");
    if (options.quotes !== undefined && request.url.pathname === QUOTES_PATH) {
      const quotes = { source: options.quotes, audit, telemetry, clock, rate };
      return new QuoteSession({ ports: quotes, principal, sink, symbols: request.url.searchParams.get("symbols") });
    }
    if (request.url.pathname === NATIVE_PATH) return native.accept(request, principal, sink);
    const routed = route(request.url, () => random.uuid());
    if (routed === undefined) throw new ThroughlineError("not_found", `Nothing is served at ${request.url.pathname}.`);
    const cursor = readCursor(request.url.searchParams.get("after"));
    return new Session({ ports: sessions, ...routed, connectionId: random.uuid(), principal, sink, cursor });
  };
  const onRefused = (dialect: string) => (path: string, code: ErrorCode) => {
    audit.note({ ...host, action: "connection.refused", dialect, threadId: null, details: { path, code } });
  };
  const sockets = new WebSocketTransport({
    accept,
    clock,
    logger,
    limits,
    telemetry,
    onRefused: onRefused("websocket"),
  });
  const requestAgent = options.requestAgent ?? DEFAULTS.requestAgent;
  const requestPorts = { threads, runs, delivery, clients, audit, clock, logger, telemetry, agent: requestAgent };
  const socketIo = new SocketIoTransport({
    admit,
    open: (peer, { principal, said }) => {
      const handshake = { requestId: said("requestId"), lastSeq: said("lastSeq") };
      const clientId = String(said("client_id") ?? random.uuid());
      return new RequestSession({ ports: requestPorts, principal, peer, clientId, handshake });
    },
    ready: () => ready,
    websocket: realtime.websocket,
    limits,
    rate,
    clock,
    logger,
    telemetry,
    onRefused: onRefused("requests"),
  });

  metrics?.watch({
    lags: () => lagsOf(clients),
    activeRuns: () => runs.active,
    elsewhereRuns: () => runs.elsewhere,
    queuedRuns: () => runs.queued,
    queuedBytes: () => log.health().queuedBytes,
    writable: () => log.health().writable,
  });
  await runs.recover();
  ready = true;

  const drain = async (graceMs: number, besides?: Promise<unknown>): Promise<void> => {
    ready = false;
    await Promise.all([runs.drain(graceMs), besides]);
    await delivery.flushed();
    native.drain();
    for (const client of clients.all()) client.end("draining");
    sockets.drain();
    socketIo.drain();
    sse.close();
  };
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await drain(0);
    leaves.close();
    native.close();
    sockets.close();
    await socketIo.close();
    await audit.close();
    runs.close();
    threads.close();
    metrics?.close();
  };

  // Middleware stands among the routes too; it answers nothing by itself.
  const routes = api.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({ method, path }));
  const listen = getRequestListener((request, env) => fetch(request, env as HttpBindings), {
    overrideGlobalObjects: false,
  });
  const attachable: Attachable = {
    // The listener answers failures itself; it never rejects.
    answer: (request, response) => {
      if (isSocketIo(pathOf(request))) socketIo.handleRequest(request, response);
      else void listen(request, response);
    },
    upgrade: (request, socket, head) => {
      if (isSocketIo(pathOf(request))) socketIo.handleUpgrade(request, socket, head);
      else sockets.handleUpgrade(request, socket, head);
    },
    servesOnlyHere: isSocketIo,
    servesRequests: pathMatcher(routes.map(({ path }) => path)),
    servesUpgrades: (path) =>
      path === NATIVE_PATH ||
      isSocketIo(path) ||
      isMounted(path) ||
      (options.quotes !== undefined && path === QUOTES_PATH),
  };
  const fetch = async (request: Request, env?: Partial<HttpBindings>): Promise<Response> =>
    api.fetch(request, env ?? {});
  return {
    fetch,
    routes,
    accept,
    attach: (server, attachOptions) => attachTo(server, attachable, attachOptions),
    stream: {
      send: (clientId, frame) => clients.send("stream", clientId, frame),
      broadcast: (frame, exclude) => clients.broadcast("stream", frame, exclude),
      cancel: async (clientId) => {
        const threadId = `stream:${clientId}`;
        const cancelled = await runs.cancelOf(ANONYMOUS, threadId, clientId);
        audit.note({ ...host, action: "cancel", threadId, clientId, details: { outcome: "ok", runs: cancelled } });
        return cancelled;
      },
    },
    workers: { report: (report) => runs.report(report), publishers: ports.publishers(ANONYMOUS.tenant) },
    requests: { send: (requestId, frame) => socketIo.send(threadOfRequest(requestId), frame) },
    tasks: taskServer({ store: tasks, bus, mail: new TaskMail(clients, memory, clock) }, ANONYMOUS.tenant),
    streamChartCommand: async (sessionId, command, commandType) => {
      const seq = await publisher.draw(ANONYMOUS.tenant, sessionId, [{ command, commandType }]);
      audit.note({ ...host, action: "publish", threadId: `chart:${sessionId}`, details: { outcome: "ok", seq } });
      return seq;
    },
    drain,
    close: () => (closing ??= close()),
  };
}

function isSocketIo(path: string): boolean {
  return path === SOCKET_IO_PATH;
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
