import { type HttpBindings, serve } from "@hono/node-server";
import type { Server } from "node:http";
import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { Hono } from "hono";

const log = createMemoryLog({ clock: systemClock, random: systemRandom });
const gateway = await createGateway({ log, agents: [scripted] });

const app = new Hono<{ Bindings: HttpBindings }>();
app.get("/hello", (c) => c.json({ hello: "from Hono" }));
// Whatever speaks fetch can mount the gateway by itself.
app.all("/api/*", (c) => gateway.fetch(c.req.raw, c.env));

const server = serve(
  { fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" },
  (address) => console.log("listening on", address),
) as Server;
// What is no fetch is left to attach: WebSockets and Socket.IO.
gateway.attach(server, { requests: false });

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await log.close();
}
