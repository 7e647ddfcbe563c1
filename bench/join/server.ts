// The process of a server whose thread is joined; another one before it fills the thread.
import { createServer } from "node:http";
import { createGateway } from "@throughline/gateway";
import { readTask, serveParent } from "../lib/child.ts";
import { openLog } from "../lib/stores.ts";
import { author, EVENTS_PER_RUN } from "./author.ts";

/** What the server is told. */
export interface Served {
  readonly folder: string;
  readonly thread: string;
  readonly events: number;
}

const { folder, thread, events } = readTask<Served>();
const log = await openLog(folder, "full");
const gateway = await createGateway({ log, agents: [author] });
const http = createServer();
gateway.attach(http);
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
const { port } = http.address() as { port: number };
const address = `http://127.0.0.1:${port}/api/v1/threads/${thread}`;

serveParent({
  port: () => port,
  fill: async () => {
    for (let runs = 0; runs < events / EVENTS_PER_RUN; runs++) await startRun();
    for (let head = 0; head < events;) head = await nextHead(head);
  },
  close: async () => {
    await gateway.close();
    await log.close();
  },
});

async function startRun(): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${address}/runs`, {
    method: "POST",
    headers,
    body: JSON.stringify({ agent: author.name, input: "Go on." }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Waits for events behind `after`; the thread's last seq then. */
async function nextHead(after: number): Promise<number> {
  const response = await fetch(`${address}/events?after=${after}&wait=10&limit=1`);
  const { last_seq: head } = (await response.json()) as { last_seq: number };
  return head;
}
