import { scripted } from "@throughline/agents";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { call, makeTask, untilTask } from "../support/tasks.ts";
import { readEvents } from "../support/thread.ts";

/** Tasks as files. */

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ agents: [scripted] });
  await makeTask(server, { id: "a", title: 'Say "hi", all', description: "line 1\nline 2", tags: ["x", "y"] });
  await makeTask(server, {
    id: "b",
    title: "# not a *heading*",
    checklist: [{ text: "one", done: true }],
    priority: "P1",
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** The cells of CSV as RFC 4180 has them. */
function cells(text: string): string[][] {
  return text
    .trimEnd()
    .split("\r\n")
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"'),
      ),
    );
}

describe("all tasks", () => {
  test("as json are an array, as ndjson a task a line", async () => {
    const { body: listed } = await call(server, "GET", "/?sort=created_at");
    const json = await call(server, "GET", "/export/json");
    expect(json.body).toEqual(listed.items);
    const lines = await call(server, "GET", "/export/ndjson");
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    expect(
      lines.body
        .trimEnd()
        .split("\n")
        .map((line: string) => JSON.parse(line)),
    ).toEqual(listed.items);
    expect((await call(server, "GET", "/export/json?q=nothing")).body).toEqual([]);
  });

  test("as csv have a column a field, quoted where need be, and come as a file", async () => {
    const { body, headers } = await call(server, "GET", "/export/csv/");
    expect(headers.get("content-disposition")).toBe('attachment; filename="tasks.csv"');
    const [header, first] = cells(
      body.replaceAll("\n", (end: string, at: number) => (body[at - 1] === "\r" ? end : "⏎")),
    );
    expect(header).toEqual(
      "id,title,description,status,priority,agent,checklist,tags,progress,confidence,result,created_at,updated_at,version".split(
        ",",
      ),
    );
    expect(first?.slice(0, 8)).toEqual(["a", 'Say "hi", all', "line 1⏎line 2", "pending", "", "", "[]", '["x","y"]']);
  });

  test("as markdown are a section each, with nothing in a title taken for markup", async () => {
    const { body } = await call(server, "GET", "/export/markdown");
    expect(body).toContain("\n## \\# not a \\*heading\\*\n");
    expect(body).toContain("- **Priority:** P1\n");
    expect(body).toContain("- [x] one\n");
  });

  test("are filtered as lists are; an unknown format is 400", async () => {
    expect((await call(server, "GET", "/export/json?q=heading")).body).toMatchObject([{ id: "b" }]);
    expect((await call(server, "GET", "/export/xml")).status).toBe(400);
    expect((await call(server, "GET", "/a/export/xml")).status).toBe(400);
  });

  test("no cell is taken for a formula by a spreadsheet", async () => {
    await using own = await startServer();
    const bad = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=1"];
    for (const [index, text] of bad.entries()) {
      await makeTask(own, { id: `t${index}`, title: text, description: text, agent: text, result: text });
    }
    const { body } = await call(own, "GET", "/export/csv");
    for (const match of body.matchAll(/"((?:[^"]|"")*)"/g)) {
      expect(match[1]).not.toMatch(/^[\s]*[=+\-@＝]/u);
    }
    for (const text of bad) expect(body).toContain(`"'${text}"`);
    expect((await call(own, "GET", "/t0/export/csv")).body).toContain(`"'=1+1"`);
  });
});

describe("one task", () => {
  test("comes in each format; as ndjson its whole history, an event a line", async () => {
    await call(server, "POST", "/a/run", { body: { agent: "scripted", input: "tokens=20 interval=0" } });
    const task = await untilTask(server, "a", "completed");
    expect((await call(server, "GET", "/a/export/json")).body).toEqual(task);
    expect((await call(server, "GET", "/a/export/csv")).body.split("\r\n")[1]).toMatch(/^"a",/);
    expect((await call(server, "GET", "/a/export/markdown")).body).toContain("- **Status:** completed");
    const { body, headers } = await call(server, "GET", "/a/export/ndjson");
    expect(headers.get("content-disposition")).toBe('attachment; filename="task-a.ndjson"');
    const lines = body
      .trimEnd()
      .split("\n")
      .map((line: string) => JSON.parse(line));
    expect(lines).toEqual(await readEvents(server, "task:a"));
    expect(lines.length).toBeGreaterThan(24);
  });
});

test("5,000 tasks are read as the client takes them, and no further once it has gone", async () => {
  await using own = await startServer();
  const many = 5_000;
  for (let at = 0; at < many; at += 250) {
    await Promise.all(
      Array.from({ length: 250 }, (_, index) => makeTask(own, { id: `t${at + index}`, description: "x".repeat(200) })),
    );
  }
  let reads = 0;
  const read = own.log.control.bind(own.log);
  own.log.control = (key) => {
    if (key.startsWith("task/")) reads += 1;
    return read(key);
  };
  // Without a network in between, whose buffers would take all of it.
  const request = new Request(`${own.origin}/api/v1/tasks/export/ndjson`, { headers: { host: "127.0.0.1" } });
  const response = await own.gateway.fetch(request);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThanOrEqual(400);
  await reader.cancel();
  const after = reads;
  const whole = await call(own, "GET", "/export/ndjson");
  expect(reads).toBe(after + many);
  const ids = whole.body
    .trimEnd()
    .split("\n")
    .map((line: string) => JSON.parse(line).id);
  expect(new Set(ids).size).toBe(many);
});
