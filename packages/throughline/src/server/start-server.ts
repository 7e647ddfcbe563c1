import type { Server } from "node:http";
import {
  builtinAgents,
  type MarketData,
  marketQuotes,
  seriesJson,
  systemHttpGet,
  systemMarketData,
} from "@throughline/agents";
import { createGateway, createMetrics, type Gateway } from "@throughline/gateway";
import type { StreamLog } from "@throughline/log";
import type { Agent, Clock, Logger, Random } from "@throughline/protocol";
import { refuseExposure } from "../settings/exposure.ts";
import type { Settings } from "../settings/table.ts";
import { type Broker, openBroker } from "./broker.ts";
import { chooseAgents } from "./choose-agents.ts";
import { findConsole, loadConsole } from "./console-files.ts";
import { createHttpServer, type Respond } from "./http-server.ts";
import { listen } from "./listen.ts";
import { openLog } from "./open-log.ts";
import { Patience } from "./patience.ts";
import { starting } from "./refusal.ts";

/** What a server is handed of the world (rule S2). */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface RunningServer {
  /** Where it listens: scheme, host and port. */
  readonly url: string;
  /**
   * Lets running agents finish for `drainMs` and closes everything (rule D6). A broker that answers
   * nothing holds it up for 5 s more and no longer. Safe to repeat.
   */
  stop(): Promise<void>;
}

/**
 * The composition root: opens the log, wires the gateway, the agents and the console, and listens.
 * Resolves once everything is served.
 * @throws ThroughlineError `insecure_binding`, `address_in_use`, `invalid_setting`, and what the log
 *   refuses to open with
 */
export async function startServer(settings: Settings, world: World): Promise<RunningServer> {
  refuseExposure(settings);
  const { marketDir } = settings;
  const data = systemMarketData(marketDir === undefined ? {} : { dir: marketDir });
  const agents = servedAgents(data, settings, world);
  // Listens first: the links in frames need the port, and who finds it taken must not touch the data.
  let respond: Respond = () => starting();
  const http = createHttpServer((request) => respond(request));
  const url = await listen(http, settings.host, settings.port);
  let log: StreamLog | undefined;
  let broker: Broker | undefined;
  try {
    log = await openLog(settings, world);
    const opened = log;
    const metrics = createMetrics();
    const { rabbitmqUrl } = settings;
    const brokered = rabbitmqUrl === undefined ? undefined : openBroker(rabbitmqUrl, world, metrics);
    broker = brokered;
    const gateway = await createGateway({
      ...world,
      ...gatewaySettings(settings),
      log: opened,
      agents,
      quotes: marketQuotes({ ...world, data }),
      series: async (symbol, timeframe) => seriesJson(await data.series(symbol, timeframe)),
      origin: url,
      metrics,
      ...(brokered === undefined ? {} : { workers: brokered.bridge }),
    });
    brokered?.start(gateway, agents);
    respond = inOrder([await consoleRoute(world.logger), gateway.fetch]);
    gateway.attach(http, { requests: false });
    return {
      url,
      stop: once(() => stop({ http, gateway, log: opened, broker: brokered, ...world }, settings.drainMs)),
    };
  } catch (error) {
    http.close();
    http.closeAllConnections();
    await broker?.close();
    // An open log keeps the process, and the folder for itself.
    await log?.close();
    throw error;
  }
}

function servedAgents(data: MarketData, settings: Settings, { clock, random }: World): readonly Agent[] {
  const http = systemHttpGet({ clock, allow: settings.httpAllow });
  return chooseAgents(builtinAgents({ data, http, random }), settings.agents);
}

const DAY_MS = 24 * 60 * 60_000;

function gatewaySettings(settings: Settings) {
  const { allowedOrigins, streamGraceMs, requestAgent, workerLeaseMs } = settings;
  const { maxFrameBytes, maxConnections, maxQueuedRuns, framesPerSecond, frameBurst } = settings;
  return {
    allowedOrigins,
    streamGraceMs,
    requestAgent,
    workerLeaseMs,
    auditKeepMs: settings.auditDays * DAY_MS,
    realtime: {
      websocket: settings.enableWebsocket,
      rolloutPercent: settings.wsRolloutPercent,
      heartbeatIntervalMs: settings.wsHeartbeatInterval,
      maxReconnectAttempts: settings.wsMaxReconnectAttempts,
      reconnectIntervalMs: settings.wsReconnectInterval,
    },
    limits: { maxFrameBytes, maxConnections, maxQueuedRuns, framesPerSecond, frameBurst },
  };
}

async function consoleRoute(logger: Logger): Promise<Respond> {
  const folder = findConsole();
  if (folder !== undefined) return loadConsole(folder);
  logger.warn("the console is not built, so there are no pages; `npm start` and `npm run build` build it");
  return () => undefined;
}

function inOrder(routes: readonly Respond[]): Respond {
  return (request) => {
    for (const route of routes) {
      const response = route(request);
      if (response !== undefined) return response;
    }
    return undefined;
  };
}

/** How long the goodbye may take that follows the grace: last messages, and closing what the broker is reached by. */
const GOODBYE_MS = 5_000;

interface Parts extends Pick<World, "clock" | "logger"> {
  readonly http: Server;
  readonly gateway: Gateway;
  readonly log: StreamLog;
  readonly broker: Broker | undefined;
}

async function stop({ http, gateway, log, broker, clock, logger }: Parts, drainMs: number): Promise<void> {
  const patience = new Patience(clock, drainMs + GOODBYE_MS);
  await gateway.drain(drainMs, broker && patience.with(broker.stopWorkers(drainMs)));
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  await gateway.close();
  const answered = broker === undefined || (await patience.with(broker.close()));
  if (!answered) logger.warn("stopped without a word from the broker; what it has not confirmed may not have arrived");
  http.closeAllConnections();
  await closed;
  await log.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
