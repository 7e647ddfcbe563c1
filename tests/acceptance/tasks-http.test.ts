import { scripted } from "@throughline/agents";
import { TaskSchema } from "@throughline/protocol/schemas";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { call, makeTask, untilTask } from "../support/tasks.ts";

/** `/api/v1/tasks`: what people and programs do with tasks over HTTP. */

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ agents: [scripted] });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("one task", () => {
  test("is made with defaults, read, replaced, changed and deleted; with or without a slash at the end", async () => {
    const made = await call(server, "POST", "", { body: { title: "Write it", tags: ["docs"] } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      title: "Write it",
      status: "pending",
      priority: null,
      tags: ["docs"],
      version: 1,
    });
    TaskSchema.parse(made.body);
    const { id } = made.body;
    expect(made.headers.get("location")).toBe(`/api/v1/tasks/${id}`);
    expect((await call(server, "GET", `/${id}/`)).body).toEqual(made.body);
    const patched = await call(server, "PATCH", `/${id}`, { body: { priority: "P0", progress: 0.5 } });
    expect(patched.body).toMatchObject({ title: "Write it", priority: "P0", progress: 0.5, version: 2 });
    const replaced = await call(server, "PUT", `/${id}`, { body: { ...patched.body, title: "Done", tags: [] } });
    expect(replaced.body).toMatchObject({ title: "Done", priority: "P0", tags: [], version: 3 });
    const reset = await call(server, "PUT", `/${id}`, { body: { title: "Bare" } });
    expect(reset.body).toMatchObject({ title: "Bare", priority: null, progress: null, version: 4 });
    const deleted = await call(server, "DELETE", `/${id}`);
    expect([deleted.status, deleted.body]).toEqual([204, ""]);
    expect((await call(server, "GET", `/${id}`)).status).toBe(404);
  });

  test("is an event on its thread with every change, and none where nothing changes", async () => {
    const { id } = await makeTask(server);
    await call(server, "PATCH", `/${id}`, { body: { title: "B" } });
    const same = await call(server, "PATCH", `/${id}`, { body: { title: "B" } });
    expect(same.body.version).toBe(2);
    const { body } = await server.get(`/api/v1/threads/task:${id}/events`);
    expect(body.events.map(({ event }: any) => [event.name, event.value.task.version])).toEqual([
      ["task.changed", 1],
      ["task.changed", 2],
    ]);
  });

  test.each([
    ["POST", "", { title: "" }],
    ["POST", "", {}],
    ["POST", "", { title: "t", priority: "P9" }],
    ["POST", "", { title: "t", progress: 2 }],
    ["POST", "", { title: "t", status: "asleep" }],
    ["POST", "", { title: "t", id: "a/b" }],
    ["POST", "", { title: "t", id: "x".repeat(129) }],
    ["POST", "", { title: "t", checklist: [{ text: "x" }] }],
    ["POST", "", { title: "x".repeat(501) }],
  ])("%s %s refuses %j with 400", async (method, path, body) => {
    const { status, body: refusal } = await call(server, method, path, { body });
    expect([status, refusal.error.code]).toEqual([400, "invalid_input"]);
  });

  test("an id is taken once", async () => {
    const { id } = await makeTask(server, { id: "once" });
    const again = await call(server, "POST", "", { body: { id, title: "again" } });
    expect([again.status, again.body.error.code]).toEqual([409, "task_exists"]);
    const race = await Promise.all([1, 2, 3].map(() => call(server, "POST", "", { body: { id: "race", title: "r" } })));
    expect(race.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  test.each([
    ["GET", ""],
    ["PUT", ""],
    ["PATCH", ""],
    ["DELETE", ""],
    ["POST", "/run"],
    ["POST", "/pause"],
    ["POST", "/resume"],
    ["POST", "/cancel"],
    ["GET", "/export/json"],
  ])("%s%s of a task that is not there is 404", async (method, path) => {
    const body = method === "GET" || method === "DELETE" ? {} : { body: { title: "t" } };
    for (const id of ["missing", "__proto__", "constructor"]) {
      const { status, body: refusal } = await call(server, method, `/${id}${path}`, body);
      expect([status, refusal.error.code]).toEqual([404, "not_found"]);
    }
  });
});

describe("ETag and If-Match", () => {
  test("the tag is the version; a stale one is 412 and changes nothing", async () => {
    const { id } = await makeTask(server);
    expect((await call(server, "GET", `/${id}`)).headers.get("etag")).toBe('"1"');
    const first = await call(server, "PATCH", `/${id}`, { body: { title: "B" }, headers: { "if-match": '"1"' } });
    expect([first.status, first.headers.get("etag")]).toEqual([200, '"2"']);
    for (const [method, tag] of [
      ["PATCH", '"1"'],
      ["PUT", 'W/"1"'],
      ["DELETE", '"1"'],
      ["PATCH", "nonsense"],
    ] as const) {
      const stale = await call(server, method, `/${id}`, { body: { title: "C" }, headers: { "if-match": tag } });
      expect([stale.status, stale.body.error.code]).toEqual([412, "version_mismatch"]);
    }
    expect((await call(server, "GET", `/${id}`)).body).toMatchObject({ title: "B", version: 2 });
    const any = await call(server, "PATCH", `/${id}`, { body: { title: "D" }, headers: { "if-match": "*" } });
    expect(any.status).toBe(200);
    const listed = await call(server, "PATCH", `/${id}`, { body: { title: "E" }, headers: { "if-match": '"1", "3"' } });
    expect(listed.status).toBe(200);
    const unchanged = await call(server, "GET", `/${id}`, { headers: { "if-none-match": '"4"' } });
    expect(unchanged.status).toBe(304);
  });

  test("of many who change the same version one wins", async () => {
    const { id } = await makeTask(server);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call(server, "PATCH", `/${id}`, { body: { title: `by ${index}` }, headers: { "if-match": '"1"' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(9).fill(412)]);
    expect((await call(server, "GET", `/${id}`)).body).toEqual(answers.find(({ status }) => status === 200)?.body);
  });
});

describe("lists", () => {
  test("are filtered, sorted both ways, and paged without a shift when tasks come in between", async () => {
    await using own = await startServer({ agents: [scripted] });
    const all = [
      { id: "a", title: "Apple", priority: "P1", status: "pending", agent: "x", tags: ["fruit"] },
      { id: "b", title: "apricot", priority: null, status: "completed", agent: "y", description: "A FRUIT too" },
      { id: "c", title: "Birch", priority: "P0", status: "failed", agent: "x" },
      { id: "d", title: "Ap", priority: "P3", status: "pending", agent: "y" },
    ];
    for (const task of all) await makeTask(own, task);
    const ids = async (query: string): Promise<string> => {
      const { body } = await call(own, "GET", `/?${query}`);
      return body.items.map(({ id }: { id: string }) => id).join("");
    };
    expect(await ids("sort=title")).toBe("dabc");
    expect(await ids("sort=-title")).toBe("cbad");
    expect(await ids("sort=priority")).toBe("cadb");
    expect(await ids("sort=-priority")).toBe("dacb");
    expect(await ids("status=pending&sort=title")).toBe("da");
    expect(await ids("status=failed,completed&sort=title")).toBe("bc");
    expect(await ids("agent=x&sort=title")).toBe("ac");
    expect(await ids("q=fruit&sort=title")).toBe("ab");
    expect(await ids("q=nothing")).toBe("");
    await call(own, "PATCH", "/a", { body: { description: "newest" } });
    await call(own, "PATCH", "/c", { body: { title: "Ash", priority: "P2" } });
    expect(await ids("sort=title")).toBe("dabc");
    expect(await ids("sort=priority")).toBe("acdb");
    const first = await call(own, "GET", "/?sort=title&limit=2");
    await makeTask(own, { id: "e", title: "AAA" });
    await makeTask(own, { id: "f", title: "Zoo" });
    const rest = await call(own, "GET", `/?sort=title&limit=2&cursor=${first.body.next_cursor}`);
    const last = await call(own, "GET", `/?sort=title&limit=2&cursor=${rest.body.next_cursor}`);
    const paged = [first, rest, last].flatMap(({ body }) => body.items.map(({ id }: { id: string }) => id));
    expect([paged.join(""), last.body.next_cursor]).toEqual(["dabcf", null]);
    const wrong = await call(own, "GET", `/?sort=-title&cursor=${first.body.next_cursor}`);
    expect([wrong.status, wrong.body.error.code]).toEqual([400, "invalid_cursor"]);
  });

  test("by time have the latest first, ties included, each task once", async () => {
    await using own = await startServer({ agents: [scripted] });
    for (let i = 0; i < 25; i++) await makeTask(own, { id: `t${i}` });
    for (const sort of ["created_at", "-created_at", "updated_at", "-updated_at"]) {
      const seen: any[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const { body } = await call(own, "GET", `/?sort=${sort}&limit=7${cursor && `&cursor=${cursor}`}`);
        seen.push(...body.items);
        cursor = body.next_cursor;
      }
      const times = seen.map((task) => task[sort.replace("-", "")]);
      expect(times).toEqual([...times].sort((a, b) => a.localeCompare(b) * (sort.startsWith("-") ? -1 : 1)));
      expect(new Set(seen.map(({ id }) => id)).size).toBe(25);
    }
  });

  test.each(["status=asleep", "sort=size", "limit=0", "limit=201", "limit=x", "cursor=%00", "cursor=!"])(
    "refuse ?%s with 400",
    async (query) => {
      const { status, body } = await call(server, "GET", `/?${query}`);
      expect(status).toBe(400);
      expect(body.error.code).toMatch(/^invalid_(input|cursor)$/);
    },
  );
});

describe("runs", () => {
  const quick = { agent: "scripted", input: "tokens=2 interval=0" };

  test("a run takes the task through running to completed, with its result", async () => {
    const { id } = await makeTask(server, { result: "old" });
    const { status, body } = await call(server, "POST", `/${id}/run`, { body: { ...quick, run_id: `r-${id}` } });
    expect([status, body]).toMatchObject([202, { run_id: `r-${id}`, task_id: id, thread_id: `task:${id}` }]);
    expect(await untilTask(server, id, "completed")).toMatchObject({
      agent: "scripted",
      progress: 1,
      result: "t0 t1 ",
    });
    const again = await call(server, "POST", `/${id}/run`, { body: { ...quick, run_id: `r-${id}` } });
    expect([again.status, again.body.task.status]).toEqual([202, "completed"]);
  });

  test("the agent is the task's own where the caller names none; one that is not served is 404", async () => {
    const { id } = await makeTask(server, { agent: "scripted", title: "tokens=1", description: "interval=0" });
    expect((await call(server, "POST", `/${id}/run`)).status).toBe(202);
    expect(await untilTask(server, id, "completed")).toMatchObject({ result: "t0 " });
    const { id: other } = await makeTask(server, { agent: null });
    const refused = await call(server, "POST", `/${other}/run`);
    expect([refused.status, refused.body.error.code]).toEqual([404, "unknown_agent"]);
    expect((await call(server, "GET", `/${other}`)).body).toMatchObject({ status: "pending", version: 1 });
  });

  test("pause, resume and cancel answer with the task as it is then; without a run they are 409", async () => {
    const { id } = await makeTask(server);
    for (const command of ["pause", "resume", "cancel"]) {
      const { status, body } = await call(server, "POST", `/${id}/${command}`);
      expect([status, body.error.code]).toEqual([409, "run_not_active"]);
    }
    await call(server, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0 hang=1" } });
    expect((await call(server, "POST", `/${id}/pause`)).body.status).toBe("paused");
    expect((await call(server, "POST", `/${id}/resume`)).body.status).toBe("running");
    expect((await call(server, "POST", `/${id}/cancel`)).body.status).toBe("cancelled");
  });

  test("while a run works on a task its status is the run's; all else may be changed", async () => {
    const { id } = await makeTask(server);
    await call(server, "POST", `/${id}/run`, { body: { agent: "scripted", input: "tokens=1 interval=0 hang=1" } });
    const refused = await call(server, "PATCH", `/${id}`, { body: { status: "completed" } });
    expect([refused.status, refused.body.error.code]).toEqual([409, "thread_busy"]);
    expect((await call(server, "PATCH", `/${id}`, { body: { title: "Better" } })).status).toBe(200);
    await call(server, "POST", `/${id}/cancel`);
    expect((await call(server, "PATCH", `/${id}`, { body: { status: "pending" } })).body).toMatchObject({
      title: "Better",
      status: "pending",
    });
  });

  test("no run starts on a task's thread without a task, by whatever address", async () => {
    const start = await server.post("/api/v1/threads/task:ghost/runs", quick);
    expect([start.status, start.body.error.code]).toEqual([404, "not_found"]);
  });
});
