import type { Gateway, Metrics } from "@throughline/gateway";
import type { Agent } from "@throughline/protocol";
import { type AgentWorker, BrokerLink, type BrokerTelemetry, RabbitBridge, serveAgent } from "@throughline/rabbitmq";
import type { World } from "./start-server.ts";

/** The server's side of a RabbitMQ broker: the gateway's bridge, and the served agents as workers. */
export interface Broker {
  /** What the gateway hands the runs of requests to. */
  readonly bridge: RabbitBridge;
  /** Takes what agents say, and lets the served ones work for requests. */
  start(gateway: Gateway, agents: readonly Agent[]): void;
  /** Lets the workers' runs finish for `graceMs`; the bridge goes on, since it brings what they say. */
  stopWorkers(graceMs: number): Promise<void>;
  /** Closes everything. Never rejects. */
  close(): Promise<void>;
}

/**
 * Begins to connect. A broker that cannot be reached is no reason not to serve: requests are refused
 * until it is there.
 * @throws ThroughlineError `invalid_setting` for a URL that is none of a broker
 */
export function openBroker(url: string, world: World, metrics: Metrics): Broker {
  const telemetry = brokerMetrics(metrics);
  const connect = (name: string): BrokerLink => new BrokerLink({ ...world, telemetry, url, name });
  // Apart, since a broker short of memory stops reading a connection that publishes.
  const [link, incoming, ofWorkers] = [connect("gateway"), connect("incoming"), connect("workers")];
  const bridge = new RabbitBridge({ ...world, telemetry, link, incoming });
  const workers: AgentWorker[] = [];
  const stopWorkers = async (graceMs: number): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.close(graceMs)));
  };
  return {
    bridge,
    start: (gateway, agents) => {
      bridge.start(gateway.workers.report);
      const { publishers } = gateway.workers;
      for (const agent of agents)
        workers.push(serveAgent({ ...world, ...publishers, telemetry, broker: ofWorkers, agent }));
    },
    stopWorkers,
    close: async () => {
      await Promise.all([stopWorkers(0), bridge.close()]);
      await Promise.all([link, incoming, ofWorkers].map((one) => one.close()));
    },
  };
}

function brokerMetrics(metrics: Metrics): BrokerTelemetry {
  const up = metrics.gauge("throughline_broker_up", "1 while a link to the broker is there and takes messages", [
    "link",
  ]);
  const published = metrics.counter(
    "throughline_broker_published_total",
    "Messages the broker has taken, by exchange",
    ["exchange"],
  );
  const returned = metrics.counter("throughline_broker_returned_total", "Messages no queue would take, by exchange", [
    "exchange",
  ]);
  const received = metrics.counter(
    "throughline_broker_received_total",
    "Messages of agents by type and what became of them, such as fenced",
    ["type", "reception"],
  );
  const aside = metrics.counter("throughline_broker_dead_lettered_total", "Messages of agents put aside, by reason", [
    "reason",
  ]);
  return {
    linkChanged: (link, state) => up({ link }, state === "up" ? 1 : 0),
    published: (exchange) => published({ exchange }),
    returned: (exchange) => returned({ exchange }),
    received: (type, reception) => received({ type, reception }),
    deadLettered: (reason) => aside({ reason }),
  };
}
