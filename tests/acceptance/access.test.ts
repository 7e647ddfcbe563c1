import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";

/** Who is let in, and what bad input comes to. After each case the server still serves others. */

async function stillServes(server: TestServer): Promise<void> {
  const client = await server.connect("/ws/stream?agent=scripted");
  client.send({ type: "ping" });
  await client.next("pong");
}

describe("hosts and origins", () => {
  test.each([
    ["a foreign page", { origin: "https://evil.example" }, 403],
    ["a page whose name only begins like loopback", { origin: "http://localhost.evil.example" }, 403],
    ["an opaque origin", { origin: "null" }, 403],
    ["a loopback page", { origin: "http://localhost:5173" }, 101],
    ["an allowed page", { origin: "https://app.example" }, 101],
    ["no page", {}, 101],
  ])("A2: an upgrade from %s", async (_name, headers, status) => {
    await using server = await startServer({ allowedOrigins: ["https://app.example"] });
    const opening = server.connect("/ws/stream", { headers });
    if (status === 101) await expect(opening).resolves.toBeDefined();
    else await expect(opening).rejects.toMatchObject({ status });
    const { port } = new URL(server.origin);
    expect(await statusOf({ port, path: "/api/v1/agents", headers })).toBe(status === 101 ? 200 : status);
  });

  test("A2: a page that rebinds its own name to this machine gets nowhere", async () => {
    await using server = await startServer();
    const { port } = new URL(server.origin);
    expect(await statusOf({ port, path: "/api/v1/threads", headers: { host: "evil.example" } })).toBe(403);
    expect(await statusOf({ port, path: "/api/v1/threads", headers: { host: `localhost:${port}` } })).toBe(200);
    await expect(server.connect("/ws/stream", { headers: { host: "evil.example" } })).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe("pages of other origins", () => {
  const ask = (server: TestServer, method: string, origin: string): Promise<Response> =>
    fetch(`${server.origin}/api/v1/threads/t/runs`, {
      method,
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    });

  test("an admitted page may read the answers, and is told so before it asks", async () => {
    await using server = await startServer({ allowedOrigins: ["https://app.example"] });
    for (const origin of ["https://app.example", "http://localhost:5173"]) {
      const preflight = await ask(server, "OPTIONS", origin);
      expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, origin]);
      expect((await ask(server, "POST", origin)).headers.get("access-control-allow-origin")).toBe(origin);
    }
  });

  test("any other is not", async () => {
    await using server = await startServer({ allowedOrigins: ["https://app.example"] });
    const preflight = await ask(server, "OPTIONS", "https://evil.example");
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    expect((await ask(server, "POST", "https://evil.example")).status).toBe(403);
  });
});

describe("bad requests over HTTP", () => {
  const start = "/api/v1/threads/t/runs";
  test.each([
    ["POST", start, "{", 400, "invalid_input"],
    ["POST", start, "[]", 400, "invalid_input"],
    ["POST", start, { agent: "scripted" }, 400, "invalid_input"],
    ["POST", start, { agent: "scripted", input: " " }, 400, "empty_message"],
    ["POST", start, { agent: "scripted", input: 7 }, 400, "invalid_input"],
    ["POST", start, { agent: "nobody", input: "a" }, 404, "unknown_agent"],
    ["POST", start, { agent: "scripted", input: "a", run_id: "a/b" }, 400, "invalid_input"],
    ["POST", start, { agent: "scripted", input: "a", on_busy: "dance" }, 400, "invalid_input"],
    ["POST", start, { agent: "scripted", input: "x".repeat(70_000) }, 413, "payload_too_large"],
    [
      "POST",
      start,
      `{"agent":"scripted","input":{"text":"a","context":${"[".repeat(80)}${"]".repeat(80)}}}`,
      400,
      "invalid_input",
    ],
    [
      "POST",
      start,
      `{"agent":"scripted","input":{"text":"a","context":{"a":${'{"b":'.repeat(80)}1${"}".repeat(80)}}}}`,
      400,
      "invalid_input",
    ],
    ["POST", start, '{"agent":"scripted","input":{"text":"a","context":{"__proto__":{"x":1}}}}', 400, "invalid_input"],
    ["POST", "/api/v1/threads/..%2Fx/runs", { agent: "scripted", input: "a" }, 400, "invalid_input"],
    ["GET", "/api/v1/threads/none", undefined, 404, "not_found"],
    ["GET", "/api/v1/threads/none/events", undefined, 404, "not_found"],
    ["GET", "/api/v1/threads/a%0Ab", undefined, 400, "invalid_input"],
    ["GET", "/api/v1/runs/none", undefined, 404, "not_found"],
    ["POST", "/api/v1/runs/none/answers", { interrupt_id: "q", answer: 1 }, 404, "not_found"],
    ["GET", "/api/v1/threads/none/events?after=x", undefined, 400, "invalid_cursor"],
    ["GET", "/api/v1/threads?limit=0", undefined, 400, "invalid_input"],
    ["GET", "/api/v1/nothing", undefined, 404, "not_found"],
  ])("A3: %s %s %j is %i %s", async (method, path, body, status, code) => {
    await using server = await startServer();
    const answer = method === "GET" ? await server.get(path) : await server.post(path, body);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error.remedy.length).toBeGreaterThan(10);
    await stillServes(server);
  });
});

describe("bad WebSockets", () => {
  test("A3: a frame over the limit closes with 1009, and only that socket", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "chat", payload: { message: "x".repeat(70_000) } });
    expect(await client.closed).toMatchObject({ code: 1009 });
    await stillServes(server);
  });

  test("A3: a flood of frames closes with 4429", async () => {
    await using server = await startServer({ limits: { frameBurst: 10, framesPerSecond: 1 } });
    const client = await server.connect("/ws/stream?agent=scripted");
    for (let i = 0; i < 20; i++) client.send({ type: "ping" });
    expect(await client.closed).toMatchObject({ code: 4429 });
    await stillServes(server);
  });

  test("A3: binary frames close with 1003", async () => {
    await using server = await startServer();
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send(Buffer.from([1, 2, 3]));
    expect(await client.closed).toMatchObject({ code: 1003 });
    await stillServes(server);
  });

  test("A3: no more connections than allowed", async () => {
    await using server = await startServer({ limits: { maxConnections: 1 } });
    const first = await server.connect("/ws/stream?agent=scripted");
    await expect(server.connect("/ws/stream")).rejects.toMatchObject({ status: 503 });
    first.close();
    await first.closed;
    await stillServes(server);
  });

  test("an address that is none is refused", async () => {
    await using server = await startServer();
    await expect(server.connect("/ws/nothing")).rejects.toMatchObject({ status: 404 });
  });

  test.each([
    ["an unmasked frame", [0x81, 0x02, 0x68, 0x69], 1002],
    ["a reserved bit", [0xc1, 0x80, 0, 0, 0, 0], 1002],
    ["a reserved opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
    ["a lone continuation", [0x80, 0x80, 0, 0, 0, 0], 1002],
    ["text that is not UTF-8", [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
  ])("%s closes with its code; the process lives", async (_name, bytes, code) => {
    await using server = await startServer();
    expect(await closeCodeAfter(server, Buffer.from(bytes))).toBe(code);
    await stillServes(server);
  });
});

function statusOf(options: { port: string; path: string; headers: Record<string, string> }): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", reject);
    call.end();
  });
}

/** Upgrades by hand, writes the bytes, and gives the code of the close frame that answers them. */
function closeCodeAfter(server: TestServer, bytes: Buffer): Promise<number> {
  const { port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let received = Buffer.alloc(0);
    let upgraded = false;
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (!upgraded && end >= 0) {
        upgraded = true;
        received = received.subarray(end + 4);
        socket.write(bytes);
      }
      const close = upgraded ? received.indexOf(0x88) : -1;
      if (close >= 0 && received.length >= close + 4) {
        resolve(received.readUInt16BE(close + 2));
        socket.destroy();
      }
    });
    socket.write(
      `GET /ws/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
  });
}
