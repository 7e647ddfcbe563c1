import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock, systemRandom } from "@throughline/gateway";
import { silentLogger } from "@throughline/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../src/server/start-server.ts";
import { readSettings } from "../src/settings/read-settings.ts";

const world = { clock: systemClock, random: systemRandom, logger: silentLogger };
const running: RunningServer[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-server-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

/** A server of its own folder and port, stopped after the test. */
async function start(flags: Record<string, unknown> = {}): Promise<RunningServer> {
  const defaults = { port: 0, dataDir: path.join(folder, "data"), durability: "memory", drainMs: 0 };
  const file = { path: "none", values: {} };
  const { settings } = readSettings({ flags: { ...defaults, ...flags }, env: {}, file });
  const server = await startServer(settings, world);
  running.push(server);
  return server;
}

const json = { "content-type": "application/json" };

async function body(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

describe("startServer", () => {
  test("serves the gateway on the port it found", async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const agents = await body(await fetch(`${url}/api/v1/agents`));
    const names = ["market-analyst", "planner-executor", "project-manager", "task-worker", "scripted"];
    expect(agents).toMatchObject({ agents: names.map((name) => ({ name })) });
  });

  test("serves Socket.IO beside what is served by fetch", async () => {
    const { url } = await start();
    const handshake = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    expect([handshake.status, (await handshake.text()).slice(0, 8)]).toEqual([200, '0{"sid":']);
  });

  test("serves only the agents that are named", async () => {
    const { url } = await start({ agents: "scripted" });
    expect(await body(await fetch(`${url}/api/v1/agents`))).toMatchObject({ agents: [{ name: "scripted" }] });
  });

  test("answers what nobody serves with not_found", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/nothing/here`);
    expect(response.status).toBe(404);
    expect(await body(response)).toMatchObject({ error: { code: "not_found" } });
  });

  test.each(["full", "os"])("keeps what was said over a stop and a start (%s)", async (durability) => {
    const first = await start({ durability });
    const address = "/api/v1/threads/t1";
    const run = { agent: "scripted", input: "tokens=3 interval=0", run_id: "r1" };
    const posted = await fetch(`${first.url}${address}/runs`, {
      method: "POST",
      headers: json,
      body: JSON.stringify(run),
    });
    expect(posted.status).toBe(202);
    const live = await fetch(`${first.url}${address}/events`, { headers: { accept: "text/event-stream" } });
    await untilText(live, "RUN_FINISHED");
    const before = await body(await fetch(`${first.url}${address}/events`));
    await first.stop();
    const second = await start({ durability });
    expect(await body(await fetch(`${second.url}${address}/events`))).toEqual(before);
  });

  test("A2: refuses an address that other machines can reach", async () => {
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "insecure_binding" });
  });

  test("refuses a taken port before it touches the data", async () => {
    const { url } = await start();
    const taken = start({ port: Number(new URL(url).port), dataDir: path.join(folder, "other"), durability: "full" });
    await expect(taken).rejects.toMatchObject({ code: "address_in_use" });
  });

  test("refuses an agent that is not there and names those that are", async () => {
    await expect(start({ agents: "oracle" })).rejects.toMatchObject({
      code: "invalid_setting",
      message: expect.stringContaining("market-analyst"),
    });
  });

  test("refuses a data folder that cannot be made", async () => {
    writeFileSync(path.join(folder, "data"), "a file");
    await expect(start({ durability: "full" })).rejects.toMatchObject({ code: "unavailable" });
  });

  test("answers nobody once it has stopped", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  });
});

describe("the market route", () => {
  test("gives the prices charts are drawn from", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/api/v1/market/series?symbol=AAPL`);
    expect(response.status).toBe(200);
    expect(await body(response)).toMatchObject({
      symbol: "AAPL",
      kind: "close",
      source: "bundled",
      points: expect.any(Array),
    });
  });

  test.each(["", "?symbol=", "?symbol=../../etc/passwd"])("refuses %s", async (query) => {
    const { url } = await start();
    const response = await fetch(`${url}/api/v1/market/series${query}`);
    expect(response.status).toBe(400);
    expect(await body(response)).toMatchObject({ error: { code: "invalid_input" } });
  });

  test("A2: refuses another site's page", async () => {
    const { url } = await start();
    const headers = { origin: "https://evil.example" };
    const response = await fetch(`${url}/api/v1/market/series?symbol=AAPL`, { headers });
    expect(await body(response)).toMatchObject({ error: { code: "origin_not_allowed" } });
  });
});

/** Reads a body until it holds the text, and lets go of the rest. */
async function untilText(response: Response, text: string): Promise<void> {
  let seen = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes(text)) return;
  }
  throw new Error(`The body ended without ${text}: ${seen}`);
}
