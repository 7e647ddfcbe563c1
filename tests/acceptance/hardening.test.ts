import { connect } from "node:net";
import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk, type StreamLog } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { untilRun } from "../support/thread.ts";

/** Holes that reviews have found, each kept shut. */

describe("connections", () => {
  test("HEAD of an event stream opens none", async () => {
    await using server = await startServer({ limits: { maxConnections: 1 } });
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    await untilRun(server, body.run_id, "completed");
    const url = `${server.origin}/api/v1/threads/t/events`;
    const headers = { accept: "text/event-stream" };
    for (let i = 0; i < 3; i++) expect((await fetch(url, { method: "HEAD", headers })).status).toBe(200);
    const stream = await fetch(url, { headers });
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });

  test("a refused upgrade lets go of its socket although the peer keeps its half", async () => {
    await using server = await startServer();
    const socket = await raw(
      server,
      "GET /ws/nothing HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    );
    expect(socket.text).toMatch(/^HTTP\/1\.1 404 /);
    expect(socket.closed).toBe(true);
  });

  test("an offer to switch to HTTP/2 is declined by answering the request", async () => {
    await using server = await startServer();
    const offer =
      "Host: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n";
    const answered = await raw(server, `GET /health HTTP/1.1\r\n${offer}\r\n`);
    expect(answered.text).toMatch(/^HTTP\/1\.1 200 /);
    const withBody = await raw(server, `POST /api/v1/threads/t/runs HTTP/1.1\r\n${offer}Content-Length: 2\r\n\r\n{}`);
    expect(withBody.text).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("A3: a frame may be as long as the limit says, also beyond the default", async () => {
    await using server = await startServer({ limits: { maxFrameBytes: 256 * 1024 } });
    const client = await server.connect("/ws/stream?agent=scripted");
    client.send({ type: "chat", payload: { message: "tokens=1 interval=0", context: { note: "x".repeat(100_000) } } });
    await client.next("result");
  });
});

describe("a log in trouble", () => {
  test("a producer that the log has forgotten counts anew", async () => {
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    let forget = false;
    const append: StreamLog["append"] = (batch) => {
      if (!forget || batch.producer === undefined) return log.append(batch);
      forget = false;
      // As after a week of silence: the log knows nothing of the producer any more.
      return log.append({ ...batch, producer: { ...batch.producer, id: `${batch.producer.id}-forgotten` } });
    };
    const forgetful = new Proxy(log, {
      get: (target, name) => {
        const value: unknown = name === "append" ? append : Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    await using server = await startServer({ log: forgetful });
    const start = () => server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 interval=0" });
    const first = await start();
    await untilRun(server, first.body.run_id, "completed");
    forget = true;
    const second = await start();
    expect(second.status).toBe(202);
    await untilRun(server, second.body.run_id, "completed");
  });

  test("a server whose disk has failed for good still stops", async () => {
    let broken = false;
    const disk = memoryDisk({ fate: () => (broken ? "fail" : "ok") });
    const manual = manualAgent();
    const log = createMemoryLog({ clock: systemClock, random: systemRandom, disk });
    const server = await startServer({ log, agents: [manual.agent] });
    await server.post("/api/v1/threads/t/runs", { agent: "manual", input: "go" });
    const run = await manual.next();
    broken = true;
    await run.emit({ type: EventType.STEP_STARTED, stepName: "s" });
    await server[Symbol.asyncDispose]();
    expect(run.context.signal.aborted).toBe(true);
    run.finish();
  });
});

/** What the server answers to these bytes, and whether it then lets go although the peer does not. */
function raw(server: TestServer, request: string): Promise<{ text: string; closed: boolean }> {
  const { port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.once("error", reject);
    // The server has ended its half; writing on fails once it has let go of the whole.
    socket.once("end", () => {
      socket.off("error", reject);
      socket.once("error", () => resolve({ text, closed: true }));
      const nudge = (): void => {
        if (!socket.destroyed) socket.write("x", () => setTimeout(nudge, 20));
      };
      nudge();
    });
    socket.write(request);
  });
}
