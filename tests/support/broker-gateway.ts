import { systemClock, systemRandom } from "@throughline/gateway";
import { silentLogger } from "@throughline/protocol";
import { BrokerLink, RabbitBridge } from "@throughline/rabbitmq";
import { startServer, type TestServer, type TestServerOptions } from "./gateway.ts";

/** A gateway whose requests go over this broker; resolves once they can. */
export async function gatewayOn(url: string, options: TestServerOptions = {}): Promise<TestServer> {
  const seams = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const link = new BrokerLink({ url, name: "gateway", ...seams });
  const incoming = new BrokerLink({ url, name: "gateway incoming", ...seams });
  const bridge = new RabbitBridge({ link, incoming, ...seams });
  const server = await startServer({ ...options, workers: bridge });
  bridge.start((report) => server.gateway.workers.report(report));
  await reachable(bridge);
  const close = async (): Promise<void> => {
    await bridge.close();
    await server[Symbol.asyncDispose]();
    await Promise.all([link.close(), incoming.close()]);
  };
  return { ...server, [Symbol.asyncDispose]: close };
}

function reachable(bridge: RabbitBridge): Promise<void> {
  if (bridge.reachable) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = bridge.onReachable(() => {
      if (!bridge.reachable) return;
      stop();
      resolve();
    });
  });
}
