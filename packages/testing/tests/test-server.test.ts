import { EventType, type Agent } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { createTestServer, type MemoryWebSocket } from "../src/index.ts";

/** Says one word and waits to be cancelled. */
const waiter: Agent = {
  name: "waiter",
  run: async function* (_input, { ids, signal }) {
    const messageId = ids.next("msg");
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: "hello" };
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  },
};

/** Every event of a socket, in order, as text. */
function record(socket: MemoryWebSocket): string[] {
  const seen: string[] = [];
  socket.onopen = () => seen.push("open");
  socket.onmessage = ({ data }) => seen.push((JSON.parse(data) as { type: string }).type);
  socket.onerror = () => seen.push("error");
  socket.onclose = ({ code }) => seen.push(`close ${code}`);
  return seen;
}

describe("createTestServer", () => {
  test("speaks through a WebSocket class and fetch, and moves time only when told to", async () => {
    await using server = await createTestServer({ agents: [waiter] });
    const socket = new server.WebSocket("ws://127.0.0.1/ws/stream?agent=waiter&client_id=c");
    const seen = record(socket);
    await server.clock.runUntilIdle();
    socket.send(JSON.stringify({ type: "chat", payload: { message: "hi" } }));
    await server.clock.advance(100);
    expect(seen).toEqual(["open", "connected", "token"]);
    const response = await server.settled(server.fetch(`${server.url}/api/v1/threads/stream:c`));
    expect(await response.json()).toMatchObject({ id: "stream:c", status: "running" });
    socket.close(1000);
    await server.clock.runUntilIdle();
    expect(seen.at(-1)).toBe("close 1000");
  });

  test("breaks sockets, streams and requests, and lets nothing connect while offline", async () => {
    await using server = await createTestServer({ agents: [waiter] });
    const seen = record(new server.WebSocket("ws://127.0.0.1/ws/stream"));
    const stream = await server.settled(
      server.fetch(`${server.url}/api/v1/threads/t/events`, { headers: { accept: "text/event-stream" } }),
    );
    const waiting = server.fetch(`${server.url}/api/v1/threads/t/events?wait=60`);
    const reading = stream.text();
    const outcomes = Promise.allSettled([waiting, reading]);
    await server.clock.runUntilIdle();
    server.offline = true;
    server.drop();
    const refused = record(new server.WebSocket("ws://127.0.0.1/ws/stream"));
    await server.clock.runUntilIdle();
    expect(seen.at(-1)).toBe("close 1006");
    expect(refused).toEqual(["error", "close 1006"]);
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(server.fetch(server.url)).rejects.toThrow("fetch failed");
  });

  test("D6: tells clients to come back when it stops, and keeps what it had", async () => {
    await using server = await createTestServer({ agents: [waiter] });
    const seen = record(new server.WebSocket("ws://127.0.0.1/ws/stream?client_id=c"));
    const start = { method: "POST", body: JSON.stringify({ agent: "waiter", run_id: "r", input: "hi" }) };
    const headers = { "content-type": "application/json" };
    await server.settled(server.fetch(`${server.url}/api/v1/threads/t/runs`, { ...start, headers }));
    await server.stop();
    await server.clock.runUntilIdle();
    expect(seen.at(-1)).toBe("close 4503");
    await server.start();
    const run = await server.settled(server.fetch(`${server.url}/api/v1/runs/r`));
    expect(await run.json()).toMatchObject({ status: "failed", error: { code: "server_restart" } });
  });
});
