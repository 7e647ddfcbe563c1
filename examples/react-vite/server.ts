import { createServer } from "node:http";
import react from "@vitejs/plugin-react";
import { createServer as createVite } from "vite";
import { marketAnalyst, seriesJson, systemMarketData } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";

const data = systemMarketData();
const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({
  log,
  agents: [marketAnalyst({ data })],
  series: async (symbol, timeframe) => seriesJson(await data.series(symbol, timeframe)),
});

const server = createServer();
const vite = await createVite({
  plugins: [react()],
  resolve: { conditions: ["@throughline/source", "module", "browser", "development|production"] },
  server: { middlewareMode: { server }, hmr: { server } },
});
server.on("request", (request, response) => vite.middlewares(request, response));
gateway.attach(server);
server.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => console.log("listening on", server.address()));

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  await vite.close();
  server.close();
  server.closeAllConnections();
  await log.close();
}
