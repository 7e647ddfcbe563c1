import { createServer } from "node:http";
import { rm } from "node:fs/promises";
import { createGateway } from "@throughline/gateway";
import { openLog, scratchFolder } from "../lib/stores.ts";
import { FloodAgent } from "./flood-agent.ts";
import { AGENT } from "./payload.ts";
import type { TestServer } from "./publisher.ts";
import { threadName, type Case } from "./task.ts";

/** Starts under way at once. */
const AT_ONCE = 50;

/** The gateway as it is: events of real runs, durable at the level `full`, followed over `/ws/stream`. */
export async function startThroughline({ threads, rate }: Case): Promise<TestServer> {
  const folder = await scratchFolder();
  const log = await openLog(folder, "full");
  const agent = new FloodAgent(rate);
  const gateway = await createGateway({ log, agents: [agent] });
  const http = createServer();
  gateway.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as { port: number };
  const startRun = async (thread: string): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/threads/${thread}/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent: AGENT, input: "go" }),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  return {
    port,
    publish: async () => {
      for (let i = 0; i < threads; i += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, threads - i) }, (_, n) => threadName(i + n));
        await Promise.all(some.map(startRun));
      }
      agent.release();
    },
    silence: async () => {
      agent.stop();
      await gateway.drain(10_000);
    },
    close: async () => {
      await gateway.close();
      await log.close();
      await rm(folder, { recursive: true });
    },
  };
}
