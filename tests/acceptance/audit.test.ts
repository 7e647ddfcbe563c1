import { systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog, memoryDisk } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import type { Frame, WsClient } from "../support/ws-client.ts";

/** `GET /api/v1/audit`: every connection event and every command, and nothing of what was said. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** All entries that match, page by page, the oldest first. */
async function audited(server: TestServer, query = "", limit = 100): Promise<Frame[]> {
  const items: Frame[] = [];
  for (let cursor = ""; ;) {
    const { status, body } = await server.get(`/api/v1/audit?limit=${limit}${query}${cursor}`);
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    if (body.next_cursor === null) return items.reverse();
    cursor = `&cursor=${body.next_cursor}`;
  }
}

const actionsOf = (items: readonly Frame[]): string[] => items.map(({ action }) => String(action));

async function chat(server: TestServer, session: string, client = "me"): Promise<WsClient> {
  const socket = await server.connect(`/ws/chat?session_id=${session}&client_id=${client}&agent=scripted`);
  await socket.next("status");
  return socket;
}

describe("what is noted", () => {
  test("a connection from its opening to its closing, with the commands between", async () => {
    await using server = await startServer();
    const client = await chat(server, "s");
    client.send({ type: "message", data: { content: "tokens=1 interval=0 hang=1 SECRET" } });
    await client.next("token");
    client.send({ type: "cancel" });
    await client.next("cancelled");
    client.send({ type: "cancel" });
    await client.next("error");
    client.send({ type: "answer", data: { question_id: "none", answer: "SECRET" } });
    await client.next("error");
    client.close();
    await client.closed;
    const items = await audited(server);
    expect(items.map(({ action, details }) => [action, details.outcome, details.code])).toEqual([
      ["connection.opened", undefined, undefined],
      ["start", "ok", undefined],
      ["cancel", "ok", undefined],
      ["cancel", "refused", "run_not_active"],
      ["answer", "refused", "not_found"],
      ["connection.closed", undefined, undefined],
    ]);
    for (const item of items) {
      expect(item).toMatchObject({
        at: expect.stringMatching(ISO),
        dialect: "chat",
        session_id: "s",
        client_id: "me",
        subject: "anonymous",
        details: { thread_id: "chat:s" },
      });
    }
    expect(items[1]?.["details"].run_id).toMatch(/^run-/);
    expect(JSON.stringify(items)).not.toContain("SECRET");
  });

  test("refused upgrades, without what their query holds", async () => {
    await using server = await startServer();
    await expect(server.connect("/ws/nowhere?token=SECRET")).rejects.toMatchObject({ status: 404 });
    await expect(server.connect("/ws/chat", { headers: { origin: "http://evil.test" } })).rejects.toThrow();
    const items = await audited(server, "&action=connection.refused");
    expect(items.map(({ details }) => details)).toEqual([
      { path: "/ws/nowhere", code: "not_found" },
      { path: "/ws/chat", code: "origin_not_allowed" },
    ]);
  });

  test("every command over HTTP, refused ones too", async () => {
    await using server = await startServer();
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "hang=1" });
    for (const command of ["pause", "resume", "cancel", "cancel"]) {
      await server.post(`/api/v1/runs/${body.run_id}/${command}`, {});
    }
    await server.post("/api/v1/threads/t/fork", { id: "u" });
    await server.post(`/api/v1/runs/${body.run_id}/answers`, { interrupt_id: "none", answer: "SECRET" });
    await server.post("/api/v1/chart-commands/s", { command: "ANNOTATE:1:SECRET" });
    await server.post("/api/v1/chart-commands/s", { command: "" });
    await server.post("/api/v1/chat", { content: "tokens=1 interval=0 SECRET", session_id: "c", agent: "scripted" });
    const items = await audited(server);
    const told = items.map(({ action, session_id: session, details }) => [
      action,
      session,
      details.code ?? details.outcome,
    ]);
    expect(told).toEqual([
      ["start", "t", "ok"],
      ["pause", "t", "ok"],
      ["resume", "t", "ok"],
      ["cancel", "t", "ok"],
      ["cancel", "t", "ok"],
      ["fork", "t", "ok"],
      ["answer", "t", "not_found"],
      ["publish", "s", "ok"],
      ["publish", "s", "invalid_input"],
      ["start", "c", "ok"],
    ]);
    expect(new Set(items.map(({ dialect }) => dialect))).toEqual(new Set(["http"]));
    expect(JSON.stringify(items)).not.toContain("SECRET");
  });

  test("changes of tasks", async () => {
    await using server = await startServer();
    const { body: task } = await server.post("/api/v1/tasks", { title: "SECRET" });
    const url = `${server.origin}/api/v1/tasks/${task.id}`;
    const json = { "content-type": "application/json" };
    await fetch(url, { method: "PATCH", headers: json, body: JSON.stringify({ title: "SECRET 2" }) });
    const gone = await fetch(url, { method: "DELETE" });
    expect(gone.status).toBe(204);
    const items = await audited(server);
    expect(actionsOf(items)).toEqual(["task.create", "task.update", "task.delete"]);
    expect(items.slice(1).map(({ session_id: session }) => session)).toEqual([task.id, task.id]);
    expect(JSON.stringify(items)).not.toContain("SECRET");
  });

  test("event streams, and what the host does itself", async () => {
    await using server = await startServer();
    const control = new AbortController();
    const accept = { accept: "text/event-stream" };
    await fetch(`${server.origin}/api/v1/threads/t/events`, { headers: accept, signal: control.signal });
    await server.gateway.streamChartCommand("s", "LOAD:AAPL");
    await server.gateway.stream.cancel("nobody");
    const items = await audited(server);
    expect(items.map(({ action, dialect }) => [action, dialect])).toEqual([
      ["connection.opened", "agui"],
      ["publish", "server"],
      ["cancel", "server"],
    ]);
    control.abort();
  });
});

describe("queries", () => {
  test("by session, client, action and time, in pages that neither repeat nor skip", async () => {
    await using server = await startServer();
    for (const [session, client] of [
      ["a", "x"],
      ["b", "x"],
      ["a", "y"],
    ] as const) {
      const socket = await chat(server, session, client);
      socket.close();
      await socket.closed;
    }
    const all = await audited(server);
    expect(all).toHaveLength(6);
    expect(await audited(server, "", 1)).toEqual(all);
    expect(await audited(server, "", 4)).toEqual(all);
    const only = (key: string, value: string): Frame[] => all.filter((item) => item[key] === value);
    expect(await audited(server, "&session_id=a")).toEqual(only("session_id", "a"));
    expect(await audited(server, "&session_id=chat:a", 1)).toEqual(only("session_id", "a"));
    expect(await audited(server, "&client_id=x")).toEqual(only("client_id", "x"));
    expect(await audited(server, "&client_id=x&session_id=b&action=connection.closed")).toHaveLength(1);
    const middle = String(all[3]?.["at"]);
    expect(await audited(server, `&from=${middle}`)).toEqual(all.filter(({ at }) => at >= middle));
    expect(await audited(server, `&to=${middle}`)).toEqual(all.filter(({ at }) => at < middle));
    expect(await audited(server, "&session_id=nobody")).toEqual([]);
  });

  test.each(["limit=0", "limit=501", "from=yesterday", "session_id="])("?%s is refused", async (query) => {
    await using server = await startServer();
    expect((await server.get(`/api/v1/audit?${query}`)).body.error.code).toBe("invalid_input");
  });

  test("a cursor of nobody's is refused", async () => {
    await using server = await startServer();
    expect((await server.get("/api/v1/audit?cursor=x")).body.error.code).toBe("invalid_cursor");
  });
});

test("the log outlives the server, with the closings of its end", async () => {
  const disk = memoryDisk();
  const onDisk = () => startServer({ log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
  const before = await onDisk();
  await chat(before, "s");
  await before.gateway.close();
  await before[Symbol.asyncDispose]();
  await using after = await onDisk();
  expect(actionsOf(await audited(after))).toEqual(["connection.opened", "connection.closed"]);
});
