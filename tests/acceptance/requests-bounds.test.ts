import { once } from "node:events";
import { connect } from "node:net";
import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import { ThroughlineError } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { RawEngine } from "../support/raw-engine.ts";
import { RequestClient } from "../support/request-client.ts";

/** What one connection of Socket.IO may take of the server, and what is left behind when something fails. */

const HANDSHAKE = "/socket.io/?EIO=4&transport=polling";

const watchersOf = async (server: TestServer): Promise<number> =>
  (await server.get("/api/v1/websocket/status")).body.connections.total;

describe("A3: a connection", () => {
  test("is one client: one that joins the namespace many times at once is sent away", async () => {
    await using server = await startServer();
    const url = `${server.origin}${HANDSHAKE}&requestId=r1`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    // In one body: the library looks for an earlier join before the first of them is through.
    const body = Array.from({ length: 50 }, () => "40").join("\x1e");
    await fetch(`${url}&sid=${sid}`, { method: "POST", body, headers: { "content-type": "text/plain" } });
    await using other = await RequestClient.open(server.origin, { query: { requestId: "r2" } });
    expect(await other.ask("rejoin", { requestId: "r2" })).toMatchObject({ ok: true });
    await expect.poll(() => watchersOf(server)).toBe(1);
  });

  test("that does not read is sent away when the server's own word piles up", async () => {
    await using server = await startServer();
    const raw = await RawEngine.open(server.origin, "&requestId=r1");
    await raw.next((packet) => packet.startsWith("0"));
    raw.send("40");
    await raw.next((packet) => packet.startsWith("40"));
    await expect.poll(() => watchersOf(server)).toBe(1);
    raw.pause();
    const text = "x".repeat(64 * 1024);
    // More than the kernel takes for a peer that does not read, and than may lie here.
    for (let sent = 0; sent < 1_000; sent++) server.gateway.requests.send("r1", { type: "notice", text });
    expect(server.gateway.requests.send("r1", { type: "notice" })).toBe(0);
    raw.drop();
  });
});

describe("A3: half a connection", () => {
  // Both would stay for more than twenty seconds by the libraries' own bounds.
  const bound = { timeout: 18_000 };

  test("that joins nothing and answers no close is dropped within seconds", bound, async () => {
    await using server = await startServer();
    const { port } = new URL(server.origin);
    const socket = connect(Number(port), "127.0.0.1");
    let heard = "";
    socket.on("data", (data: Buffer) => {
      heard += data.toString("latin1");
    });
    socket.write(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n" +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await once(socket, "close");
    expect(heard).toContain("101 Switching Protocols");
  });

  test("that polls once and joins nothing is forgotten", bound, async () => {
    await using server = await startServer();
    const { sid } = JSON.parse((await (await fetch(server.origin + HANDSHAKE)).text()).slice(1)) as { sid: string };
    // Held until there is something to tell, which is its end.
    const held = await fetch(`${server.origin}${HANDSHAKE}&sid=${sid}`);
    await held.text();
    expect((await fetch(`${server.origin}${HANDSHAKE}&sid=${sid}`)).status).toBe(400);
  });
});

describe("a request that cannot be followed now", () => {
  test("is followed by the next attempt over the same connection", async () => {
    const log = flakyLog();
    await using server = await startServer({ log, requestAgent: "scripted" });
    await using client = await RequestClient.open(server.origin);
    const start = { requestId: "r1", userQuery: "tokens=1" };
    log.failing = true;
    expect(await client.ask("start", start)).toMatchObject({ ok: false, code: "unavailable" });
    log.failing = false;
    expect(await client.ask("start", start)).toMatchObject({ ok: true });
    await client.next("request.completed");
    expect(await client.ask("rejoin", { requestId: "r1" })).toMatchObject({ ok: true, lastSeq: expect.any(Number) });
  });
});

/** A log that cannot be read while it is failing. */
function flakyLog(): StreamLog & { failing: boolean } {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const info = log.info.bind(log);
  return Object.assign(log, {
    failing: false,
    info: async function (this: { readonly failing: boolean }, stream: string) {
      if (this.failing) throw new ThroughlineError("unavailable", "The log cannot be read.");
      return info(stream);
    },
  });
}
