import { fastify } from "fastify";
import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";

const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({ log, agents: [scripted] });

const app = fastify({ forceCloseConnections: true });
app.get("/hello", () => ({ hello: "from Fastify" }));

// Fastify's server has its listener from the start.
gateway.attach(app.server);

await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" });
console.log("listening on", app.server.address());

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  await app.close();
  await log.close();
}
