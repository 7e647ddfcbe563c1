import { createMemoryLog, memoryDisk } from "@throughline/log";
import { scripted } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { connectNative } from "../conformance/carriers.ts";
import { startServer, type TestServer } from "../support/gateway.ts";
import { readEvents, untilRun } from "../support/thread.ts";

/** What the inbox, the lists of threads and of connections show. */

async function ask(server: TestServer, thread: string, question: string): Promise<string> {
  const input = `tokens=1 interval=0 ask=${question}`;
  const { body } = await server.post(`/api/v1/threads/${thread}/runs`, { agent: "scripted", input });
  await untilRun(server, body.run_id, "waiting");
  return body.run_id as string;
}

async function openQuestions(server: TestServer, query = ""): Promise<any[]> {
  return (await server.get(`/api/v1/questions${query}`)).body.items;
}

describe("GET /api/v1/questions", () => {
  test("S3: lists what is asked in all threads, oldest first, until it is answered or withdrawn", async () => {
    const disk = memoryDisk();
    const open = () => createMemoryLog({ clock: systemClock, random: systemRandom, disk });
    let answered: any;
    {
      await using server = await startServer({ log: open() });
      const runs = [];
      for (const thread of ["a", "b", "c"]) runs.push(await ask(server, thread, `of-${thread}`));
      const items = await openQuestions(server);
      expect(items).toMatchObject([
        { thread_id: "a", run_id: runs[0], agent: "scripted", question: "of-a" },
        { thread_id: "b", question: "of-b" },
        { thread_id: "c", question: "of-c" },
      ]);
      answered = items[0];
    }
    // The index is stored with the questions.
    await using server = await startServer({ log: open() });
    const { run_id: runId, interrupt_id: interruptId } = answered;
    await server.post(`/api/v1/runs/${runId}/answers`, { interrupt_id: interruptId, answer: "yes" });
    expect((await openQuestions(server)).map(({ thread_id: id }) => id)).toEqual(["b", "c"]);
    const [first] = await openQuestions(server);
    await server.post(`/api/v1/runs/${first.run_id}/cancel`, {});
    expect((await openQuestions(server)).map(({ thread_id: id }) => id)).toEqual(["c"]);
  });

  test("pages without a gap, shows a fork's questions as its own, and forgets those of deleted threads", async () => {
    await using server = await startServer();
    for (const thread of ["a", "b", "c"]) await ask(server, thread, "which");
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await server.get(`/api/v1/questions?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ thread_id: id }: any) => id));
      cursor = body.next_cursor;
    }
    expect((await server.get("/api/v1/questions?cursor=../x")).body.error.code).toBe("invalid_cursor");
    expect(seen).toEqual(["a", "b", "c"]);
    await server.post("/api/v1/threads/a/fork", { id: "a2" });
    expect((await openQuestions(server)).map(({ thread_id: id }) => id)).toEqual(["a", "b", "c", "a2"]);
    await server.post("/api/v1/tasks", { id: "x", title: "ask=now", agent: "scripted" });
    const { body } = await server.post("/api/v1/tasks/x/run", { input: "tokens=1 ask=task" });
    await untilRun(server, body.run_id, "waiting");
    expect((await openQuestions(server)).map(({ thread_id: id }) => id)).toContain("task:x");
    await fetch(`${server.origin}/api/v1/tasks/x`, { method: "DELETE" });
    expect((await openQuestions(server)).map(({ thread_id: id }) => id)).not.toContain("task:x");
  });
});

describe("GET /api/v1/threads", () => {
  test("S3: filters by status, agent and text, in two orders, page by page", async () => {
    const other = { ...scripted, name: "other" };
    await using server = await startServer({ agents: [scripted, other] });
    await ask(server, "one", "first");
    for (const [thread, agent] of [
      ["two", "other"],
      ["three", "scripted"],
    ]) {
      const run = await server.post(`/api/v1/threads/${thread}/runs`, { agent, input: `tokens=1 size=9 ${thread}` });
      await untilRun(server, run.body.run_id, "completed");
    }
    const list = async (query: string): Promise<string[]> =>
      (await server.get(`/api/v1/threads?${query}`)).body.items.map(({ id }: any) => id);
    expect(await list("")).toEqual(["three", "two", "one"]);
    expect(await list("status=waiting")).toEqual(["one"]);
    expect(await list("status=idle,waiting&agent=scripted")).toEqual(["three", "one"]);
    expect(await list("agent=other")).toEqual(["two"]);
    expect(await list("q=FIRST")).toEqual(["one"]);
    const again = await server.post("/api/v1/threads/two/runs", { agent: "other", input: "tokens=1" });
    await untilRun(server, again.body.run_id, "completed");
    expect(await list("")).toEqual(["two", "three", "one"]);
    expect(await list("sort=-created_at")).toEqual(["three", "two", "one"]);
    const page = await server.get("/api/v1/threads?limit=2&agent=scripted&sort=-created_at");
    expect(page.body).toMatchObject({ items: [{ id: "three" }, { id: "one" }], next_cursor: null });
    const first = await server.get("/api/v1/threads?limit=1");
    expect(await list(`limit=2&cursor=${first.body.next_cursor}`)).toEqual(["three", "one"]);
    expect((await server.get("/api/v1/threads?cursor=../x")).body.error.code).toBe("invalid_cursor");
  });
});

describe("connections", () => {
  test("are listed with their ids, and one can be disconnected", async () => {
    await using server = await startServer();
    const native = await connectNative(server, { client_id: "n" });
    native.send({ type: "subscribe", thread: "a", from: "now" });
    native.send({ type: "subscribe", thread: "b", from: "now" });
    await native.next("watchers", ({ thread }) => thread === "b");
    const stream = await server.connect("/ws/stream?client_id=s");
    await stream.next("connected");
    const { body } = await server.get("/api/v1/websocket/status");
    expect(body.connections).toMatchObject({ total: 2, by_dialect: { native: 2, stream: 1 } });
    const [id, ...others] = new Set(
      body.clients.filter(({ client_id: c }: any) => c === "n").map((c: any) => c.connection_id),
    );
    expect(others).toEqual([]);
    const remove = (one: unknown) =>
      fetch(`${server.origin}/api/v1/websocket/clients/${String(one)}`, { method: "DELETE" });
    expect((await remove(id)).status).toBe(204);
    expect((await native.closed).code).toBe(4000);
    expect((await remove(id)).status).toBe(404);
    expect((await server.get("/api/v1/websocket/status")).body.connections.total).toBe(1);
  });
});

/** Posts a command under a key. */
function givingTo(server: TestServer): (path: string, body: object, key: string) => Promise<any> {
  return async (path, body, key) => {
    const headers = { "content-type": "application/json", "idempotency-key": key };
    const response = await fetch(server.origin + path, { method: "POST", headers, body: JSON.stringify(body) });
    return { ...((await response.json()) as object), http: response.status };
  };
}

describe("Idempotency-Key", () => {
  test("R4: a start, a cancel and a fork that are repeated apply once", async () => {
    await using server = await startServer();
    const give = givingTo(server);
    const start = { agent: "scripted", input: "tokens=1 hang=1" };
    const first = await give("/api/v1/threads/t/runs", start, "k1");
    expect(await give("/api/v1/threads/t/runs", start, "k1")).toEqual(first);
    expect((await server.get("/api/v1/threads/t")).body.runs).toHaveLength(1);
    const cancel = `/api/v1/runs/${first.run_id}/cancel`;
    expect(await give(cancel, {}, "k2")).toMatchObject({ http: 200, run_id: first.run_id });
    expect(await give(cancel, {}, "k2")).toMatchObject({ http: 200, run_id: first.run_id });
    expect(await give("/api/v1/threads/t/fork", { id: "u" }, "k3")).toMatchObject({ http: 201 });
    expect(await give("/api/v1/threads/t/fork", { id: "u" }, "k3")).toMatchObject({ http: 201 });
    expect(await give("/api/v1/threads/t/fork", { id: "u" }, "k4")).toMatchObject({ http: 409 });
  });

  test("R1, R4: a fork that is repeated while it is being made cuts the run that goes on once", async () => {
    await using server = await startServer();
    const give = givingTo(server);
    const { run_id } = await give("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=1 hang=1" }, "k1");
    await untilRun(server, run_id, "running");
    const repeats = await Promise.all([1, 2, 3].map(() => give("/api/v1/threads/t/fork", { id: "u" }, "k2")));
    expect(repeats.map(({ http, id }) => [http, id])).toEqual([1, 2, 3].map(() => [201, "u"]));
    const types = (await readEvents(server, "u")).map(({ event }) => event.type);
    expect(types.filter((type) => type === "RUN_FINISHED")).toHaveLength(1);
    expect(types.at(-1)).toBe("RUN_FINISHED");
  });
});
