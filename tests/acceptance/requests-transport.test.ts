import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { scripted } from "@throughline/agents";
import { createGateway, createMetrics, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { RawEngine } from "../support/raw-engine.ts";
import { RequestClient } from "../support/request-client.ts";
import { WsClient } from "../support/ws-client.ts";

/** Socket.IO as a transport: who is let in, what is bounded, how connections end, and what hostile peers may do. */

const served = { requestAgent: "scripted" };
const HANDSHAKE = "/socket.io/?EIO=4&transport=polling";
const start = { requestId: "r1", userQuery: "tokens=1" };

/** Says that the server still does what it is there for. */
async function works(server: TestServer): Promise<void> {
  const requestId = `works-${systemRandom.uuid()}`;
  await using client = await RequestClient.open(server.origin);
  expect(await client.ask("start", { ...start, requestId })).toMatchObject({ ok: true });
  await client.next("request.completed");
}

const clientsOf = async (server: TestServer): Promise<any[]> =>
  (await server.get("/api/v1/websocket/status")).body.clients;

/** Waits until the connection that has closed is no longer listed. */
async function untilGone(server: TestServer): Promise<void> {
  while ((await clientsOf(server)).length > 0);
}

describe("A2: pages of other sites", () => {
  const ask = async (server: TestServer, origin: string | undefined, method = "GET") => {
    const headers = { ...(origin === undefined ? {} : { origin }), "access-control-request-method": "POST" };
    const response = await fetch(server.origin + HANDSHAKE, { method, headers });
    await response.arrayBuffer();
    return [response.status, response.headers.get("access-control-allow-origin")];
  };

  test("are let in when they are allowed, and told so by name", async () => {
    await using server = await startServer({ allowedOrigins: ["https://ours.example"] });
    for (const origin of ["http://localhost:3000", "https://ours.example"]) {
      expect(await ask(server, origin)).toEqual([200, origin]);
      expect(await ask(server, origin, "OPTIONS")).toEqual([204, origin]);
    }
    for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
      expect(await ask(server, origin)).toEqual([403, null]);
      expect(await ask(server, origin, "OPTIONS")).toEqual([403, null]);
    }
    expect(await ask(server, undefined)).toEqual([200, null]);
  });

  test("are refused upgrades, with a session or without", async () => {
    await using server = await startServer();
    const url = `${server.origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    const headers = { origin: "https://evil.example" };
    await expect(WsClient.open(url, headers)).rejects.toMatchObject({ status: 403 });
    const open = await (await fetch(server.origin + HANDSHAKE)).text();
    const { sid } = JSON.parse(open.slice(1));
    await expect(WsClient.open(`${url}&sid=${sid}`, headers)).rejects.toMatchObject({ status: 403 });
    const poll = await fetch(`${server.origin}${HANDSHAKE}&sid=${sid}`, { headers });
    expect(poll.status).toBe(403);
    expect(await poll.json()).toMatchObject({ error: { code: "origin_not_allowed" } });
  });

  test("that rebind their name to this machine get nowhere", async () => {
    await using server = await startServer();
    const { hostname, port } = new URL(server.origin);
    const status = await new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path: HANDSHAKE, headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once("error", reject).end();
    });
    expect(status).toBe(403);
  });
});

describe("without WebSocket", () => {
  test("clients poll", async () => {
    await using server = await startServer({ ...served, realtime: { websocket: false } });
    await using client = await RequestClient.open(server.origin);
    await client.ask("start", start);
    await client.next("request.completed");
    expect(client.socket.io.engine.transport.name).toBe("polling");
    const url = `${server.origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    await expect(WsClient.open(url)).rejects.toMatchObject({ status: 403 });
    await using stubborn = new RequestClient(server.origin, { transports: ["websocket"], reconnection: false });
    await expect(stubborn.connected()).rejects.toThrow();
  });
});

describe("life and end", () => {
  test("D6: a draining server sends clients away in a way that they come back from, and takes no new ones", async () => {
    const hang = { requestId: "r1", userQuery: "hang=1" };
    await using server = await startServer(served);
    await using client = await RequestClient.open(server.origin, { reconnection: false });
    await client.ask("start", hang);
    const left = new Promise((resolve) => client.socket.once("disconnect", resolve));
    await server.gateway.drain(0);
    // Told how its request ended before.
    expect(await client.next("error")).toMatchObject({ code: "server_restart" });
    // The library comes back by itself after every reason but "io server disconnect".
    expect(await left).toBe("transport close");
    const refused = await fetch(server.origin + HANDSHAKE);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "draining" } });
  });

  test("what a connection held is let go of when it ends", async () => {
    const metrics = createMetrics();
    await using server = await startServer({ ...served, metrics });
    const scrape = async (): Promise<string> => (await fetch(`${server.origin}/metrics`)).text();
    const open = /^throughline_connections\{[^}]*dialect="requests"[^}]*\} (\d+)$/m;
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      const client = await RequestClient.open(server.origin, { transports, query: { requestId: "a" } });
      await client.ask("rejoin", { requestId: "b" });
      const listed = await clientsOf(server);
      expect(listed.map(({ dialect, thread_id }) => [dialect, thread_id])).toEqual([
        ["requests", "request:a"],
        ["requests", "request:b"],
      ]);
      expect(open.exec(await scrape())?.[1]).toBe("1");
      client.socket.disconnect();
      await untilGone(server);
      expect(open.exec(await scrape())?.[1]).toBe("0");
      expect(server.gateway.requests.send("a", { type: "notice" })).toBe(0);
    }
  });

  test("R5: nobody's leaving ends a request", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    const client = await RequestClient.open(server.origin);
    await client.ask("start", start);
    const run = await manual.next();
    client.socket.disconnect();
    await untilGone(server);
    expect(run.context.signal.aborted).toBe(false);
    run.finish();
    await using again = await RequestClient.open(server.origin, { query: { requestId: "r1", lastSeq: 0 } });
    await again.next("request.completed");
  });

  test("who came, what they asked for and that they went is in the audit log", async () => {
    await using server = await startServer(served);
    {
      await using client = await RequestClient.open(server.origin, { auth: { client_id: "c1" } });
      await client.ask("start", start);
      await client.ask("cancel", { requestId: "nobody" });
      await client.next("request.completed");
    }
    await untilGone(server);
    const refused = await fetch(server.origin + HANDSHAKE, { headers: { origin: "https://evil.example" } });
    expect(refused.status).toBe(403);
    const { items } = (await server.get("/api/v1/audit")).body;
    const told = items.filter(({ dialect }: any) => dialect === "requests").map(({ action }: any) => action);
    expect(told.toReversed()).toEqual([
      "connection.opened",
      "start",
      "cancel",
      "connection.closed",
      "connection.refused",
    ]);
  });

  test("the server's own word reaches all who follow a request", async () => {
    await using server = await startServer(served);
    await using one = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    await using two = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    await using other = await RequestClient.open(server.origin, { query: { requestId: "r2" } });
    // Each is joined once it has been answered about the request.
    for (const client of [one, two]) await client.ask("cancel", { requestId: "r1" });
    await other.ask("cancel", { requestId: "r2" });
    expect(server.gateway.requests.send("r1", { type: "notice", text: "hello" })).toBe(2);
    for (const client of [one, two]) expect(await client.next("notice")).toEqual({ type: "notice", text: "hello" });
    expect(other.frames).toEqual([]);
  });
});

describe("D2, A3: bounds", () => {
  test("a client that does not read holds up nobody, and has lost nothing when it reads on", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], requestAgent: "manual" });
    await using fast = await RequestClient.open(server.origin, { query: { requestId: "r1" } });
    const slow = await RawEngine.open(server.origin);
    slow.send('40{"requestId":"r1"}');
    await slow.next((packet) => packet.startsWith("40"));
    await fast.ask("start", start);
    const run = await manual.next();
    slow.pause();
    const padding = "x".repeat(100_000);
    for (let n = 1; n <= 100; n++) {
      await run.emit({ type: EventType.CUSTOM, name: "progress", value: { current: n, total: 100, padding } });
    }
    await fast.next("progress", ({ seq }) => seq === 101);
    const lags = (await clientsOf(server)).map(({ lag }) => lag);
    // All but what the network and one buffer of 1 MiB hold waits in the log.
    expect(Math.max(...lags)).toBeGreaterThan(20);
    expect(Math.min(...lags)).toBe(0);
    slow.resume();
    await slow.next((packet) => packet.includes('"seq":101'));
    const seqs = slow.packets.flatMap((packet) => /"seq":(\d+)/.exec(packet)?.[1] ?? []);
    expect(seqs.map(Number)).toEqual(Array.from({ length: 100 }, (_, n) => n + 2));
    run.finish();
    slow.drop();
  });

  test("there are no more connections than the server takes", async () => {
    await using server = await startServer({ limits: { maxConnections: 2 } });
    await using _one = await RequestClient.open(server.origin, { transports: ["polling"] });
    await using _two = await RequestClient.open(server.origin);
    const refused = await fetch(server.origin + HANDSHAKE);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
  });

  test("a flood ends the connection, whatever it consists of", async () => {
    await using server = await startServer({ ...served, limits: { framesPerSecond: 10, frameBurst: 20 } });
    for (const packet of ['42["cancel",{"requestId":"r"}]', "3", '439["ack"]', "41"]) {
      const flood = await RawEngine.open(server.origin);
      flood.send("40");
      for (let n = 0; n < 50; n++) flood.send(packet);
      await flood.closed;
    }
    await works(server);
  });

  test("a message that is too large ends the connection; a body is refused", async () => {
    await using server = await startServer({ ...served, limits: { maxFrameBytes: 2_000 } });
    const raw = await RawEngine.open(server.origin);
    raw.send("40");
    raw.send(`42["start",{"requestId":"r1","userQuery":"${"x".repeat(3_000)}"}]`);
    await raw.closed;
    const { sid } = JSON.parse((await (await fetch(server.origin + HANDSHAKE)).text()).slice(1));
    const post = await fetch(`${server.origin}${HANDSHAKE}&sid=${sid}`, { method: "POST", body: "4".repeat(3_000) });
    expect(post.status).toBe(413);
    await works(server);
  });
});

describe("A3: hostile peers", () => {
  const nested = "[".repeat(20_000) + "]".repeat(20_000);
  const PACKETS = [
    "garbage",
    "",
    "9",
    "2",
    "2probe",
    "3",
    "5",
    "6",
    "1",
    "4",
    "47",
    "40",
    "40/admin,",
    "40/../../etc,{}",
    "40[]",
    '40{"requestId":{"a":1},"lastSeq":[[]],"client_id":{}}',
    '40{"__proto__":{"requestId":"r"}}',
    '40{"client_id":"a b"}',
    "41",
    "42",
    "42[]",
    "42{}",
    "42[1]",
    "42[null]",
    '42["start"',
    '42["start"]',
    '4212["start"]',
    '421e999["start",{}]',
    '42["disconnect"]',
    '42["connect",{}]',
    '42["error",{"requestId":"r"}]',
    '42["__proto__",{"requestId":"r"}]',
    '42["constructor",{"requestId":"constructor"}]',
    `42["rejoin",${nested}]`,
    `42["rejoin",{"requestId":"r","lastSeq":${nested}}]`,
    '42["rejoin",{"requestId":"r","lastSeq":1e309}]',
    '42["rejoin",{"requestId":"r","toJSON":1}]',
    "43",
    '430["x"]',
    "44{}",
    '451-["start",{"_placeholder":true,"num":0}]',
    '451-["start",{"_placeholder":true,"num":"length"}]',
    '459999-["x"]',
    "45-[]",
    "46",
    '461-0["x",{"_placeholder":true,"num":0}]',
  ];

  test.each([["before"], ["after"]])("any packet %s the namespace is joined", async (when) => {
    await using server = await startServer(served);
    for (const packet of PACKETS) {
      const raw = await RawEngine.open(server.origin);
      if (when === "after") raw.send("40");
      raw.send(packet);
      raw.send(Buffer.from([0, 1, 2]));
      raw.send('42["rejoin",{"requestId":"r"}]');
      raw.drop();
    }
    await works(server);
    await untilGone(server);
  });

  test("any text at all", async () => {
    await using server = await startServer(served);
    const text = fc.tuple(fc.constantFrom("", "4", "40", "42", "43", "45", "b"), fc.oneof(fc.string(), fc.json()));
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (packets) => {
        const raw = await RawEngine.open(server.origin);
        raw.send("40");
        for (const packet of packets) raw.send(packet.join(""));
        raw.drop();
      }),
    );
    await works(server);
  });

  test("any request", async () => {
    await using server = await startServer(served);
    const { sid } = JSON.parse((await (await fetch(server.origin + HANDSHAKE)).text()).slice(1));
    const asked: [path: string, init?: RequestInit][] = [
      ["/socket.io/"],
      ["/socket.io/?EIO=3&transport=polling"],
      ["/socket.io/?EIO=4&transport=webtransport"],
      ["/socket.io/?EIO=4&transport=__proto__"],
      ["/socket.io/?EIO=4&transport=websocket"],
      ["/socket.io/?EIO=4&transport=polling&sid=__proto__"],
      ["/socket.io/?EIO=4&transport=polling&sid=nobody"],
      [`/socket.io/?EIO=4&transport=websocket&sid=${sid}`],
      [`/socket.io/?EIO=3&transport=polling&sid=${sid}`],
      ["/socket.io/?%ff=%&EIO=4&transport=polling"],
      [HANDSHAKE, { method: "POST", body: "40" }],
      [HANDSHAKE, { method: "DELETE" }],
      [`${HANDSHAKE}&sid=${sid}`, { method: "PUT" }],
      [`${HANDSHAKE}&sid=${sid}`, { method: "POST", body: "\x1e\x1e40\x1e42[]\x1eb!!" }],
      [`${HANDSHAKE}&sid=${sid}`, { method: "POST", body: "4" }],
    ];
    for (const [path, init] of asked) await (await fetch(server.origin + path, init)).arrayBuffer();
    expect((await fetch(`${server.origin}/socket.io/socket.io.js`)).status).toBe(404);
    await works(server);
  });
});

describe("on a host's server", () => {
  test.each([[true], [false]])("beside the host's own listeners, with `requests: %s`", async (requests) => {
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    const gateway = await createGateway({ log, agents: [scripted], ...served });
    const heard: (string | undefined)[] = [];
    const http = createServer((incoming, response) => {
      heard.push(incoming.url);
      response.writeHead(299).end();
    });
    gateway.attach(http, { requests });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      await using client = await RequestClient.open(origin, { transports });
      await client.ask("start", { ...start, requestId: transports.join("-") });
      await client.next("request.completed");
    }
    const status = async (path: string): Promise<number> => (await fetch(origin + path)).status;
    expect(await Promise.all([status("/mine"), status("/socket.io"), status("/socket.iox/")])).toEqual([299, 299, 299]);
    expect(heard.filter((path) => path?.startsWith("/socket.io/"))).toEqual([]);
    await gateway.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await log.close();
  });
});
