import { createServer } from "node:http";
import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";

const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({ log, agents: [scripted] });

// A server without listeners of its own: the gateway answers everything.
const server = createServer();
gateway.attach(server);

server.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  console.log("listening on", server.address());
});

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await log.close();
}
