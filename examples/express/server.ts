import express from "express";
import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";

const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({ log, agents: [scripted] });

const app = express();
app.get("/hello", (_request, response) => {
  response.json({ hello: "from Express" });
});

const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  console.log("listening on", server.address());
});
// The server has its listener now; the gateway takes only what goes to its own addresses from it.
gateway.attach(server);

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await log.close();
}
