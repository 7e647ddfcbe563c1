import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { freePort, Server } from "../support/server-process.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let folder: string;
let server: Server;

/** What is waited for one after another when nothing answers would take 15 s and more. */
const bound = { timeout: 10_000 };

/** A server in a process of its own that stands in the middle of a request's run. */
async function startWithRun(): Promise<Server> {
  const env = { THROUGHLINE_RABBITMQ_URL: node.url };
  const started = await Server.start({ port: await freePort(), dataDir: folder, durability: "os", env });
  const start = async (): Promise<number> => {
    const body = JSON.stringify({ agent: "scripted", input: "tokens=3000 interval=100", run_id: "run" });
    const headers = { "content-type": "application/json" };
    return (await fetch(`${started.url}/api/v1/threads/request:r/runs`, { method: "POST", headers, body })).status;
  };
  await expect.poll(start, { timeout: 60_000 }).toBe(202);
  const said = async (): Promise<string> =>
    await (await fetch(`${started.url}/api/v1/threads/request:r/events`)).text();
  await expect.poll(said, { timeout: 60_000 }).toContain("TEXT_MESSAGE_CONTENT");
  return started;
}

describe.skipIf(noBroker !== undefined)("D6: SIGTERM", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
  });
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "throughline-stop-"));
    server = await startWithRun();
  });
  afterEach(async () => {
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  describe("with a broker that takes nothing", () => {
    beforeEach(async () => {
      await node.alarm(true);
      const metrics = async (): Promise<string> => await (await fetch(`${server.url}/metrics`)).text();
      await expect.poll(metrics, { timeout: 60_000 }).toMatch(/throughline_broker_up\{link="workers"\} 0/);
    });
    afterEach(() => node.alarm(false));

    test("ends the server in good order within its grace and 5 s", bound, async () => {
      expect(await server.stop()).toBe(0);
    });
  });

  describe("with a broker that answers nothing", () => {
    beforeEach(() => node.freeze(true));
    afterEach(() => node.freeze(false));

    test("ends the server in good order within its grace and 5 s", bound, async () => {
      expect(await server.stop()).toBe(0);
    });
  });
});
