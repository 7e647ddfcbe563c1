// The process of a gateway whose requests go through a broker.
import { createServer } from "node:http";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { silentLogger } from "@throughline/protocol";
import { BrokerLink, RabbitBridge } from "@throughline/rabbitmq";
import { readTask, serveParent } from "../lib/child.ts";
import { startMeter } from "../lib/meter.ts";
import { openLog } from "../lib/stores.ts";

/** What the server is told. */
export interface Brokered {
  readonly folder: string;
  readonly broker: string;
}

const { folder, broker } = readTask<Brokered>();
const seams = { clock: systemClock, random: systemRandom, logger: silentLogger };
const log = await openLog(folder, "full");
const [link, incoming] = ["gateway", "incoming"].map((name) => new BrokerLink({ ...seams, url: broker, name })) as [
  BrokerLink,
  BrokerLink,
];
const bridge = new RabbitBridge({ ...seams, link, incoming });
const gateway = await createGateway({ ...seams, log, agents: [], workers: bridge });
bridge.start(gateway.workers.report);
const http = createServer();
gateway.attach(http);
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
let stopMeter = startMeter();

serveParent({
  port: () => (http.address() as { port: number }).port,
  measure: () => {
    stopMeter = startMeter();
  },
  measured: () => stopMeter(),
  close: async () => {
    await bridge.close();
    await gateway.close();
    await Promise.all([link.close(), incoming.close()]);
    await log.close();
  },
});
