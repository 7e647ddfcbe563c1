import { createServer } from "node:http";
import next from "next";
import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";

const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({ log, agents: [scripted] });

process.env["NEXT_TELEMETRY_DISABLED"] ??= "1";
const server = createServer();
const app = next({ dev: process.env["NODE_ENV"] !== "production", httpServer: server, webpack: true });
await app.prepare();
const page = app.getRequestHandler();
server.on("request", (request, response) => void page(request, response));
// The server has its listeners now; the gateway takes only what goes to its own addresses from them.
gateway.attach(server);
server.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => console.log("listening on", server.address()));

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  await log.close();
  // In development Next.js keeps sockets and watchers of its own, which nothing ends.
  process.exit(0);
}
