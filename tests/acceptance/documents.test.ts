import { Parser } from "@asyncapi/parser";
import { EXCHANGES, FRAMES } from "@throughline/protocol/schemas";
import { createMetrics } from "@throughline/gateway";
import { describe, expect, test } from "vitest";
import { MOUNTS } from "../../packages/gateway/src/dialects/registry.ts";
import { startServer } from "../support/gateway.ts";

/** The documents are made of what is served; these tests hold them to it. */

interface Operation {
  readonly tags: string[];
  readonly summary?: string;
  readonly requestBody?: { readonly content: object };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, { schema?: object }> }
  >;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

function operationsOf(document: any): [string, Operation][] {
  return Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]),
  );
}

describe("/openapi.json", () => {
  test("A3: has every operation with a summary, a tag, what it answers and how it refuses", async () => {
    await using server = await startServer();
    const { body } = await server.get("/openapi.json");
    expect(body).toMatchObject({ openapi: "3.1.0", info: { title: "Throughline" } });
    const operations = operationsOf(body);
    expect(operations.length).toBeGreaterThan(15);
    const ids = new Set(operations.map(([, { operationId }]: [string, any]) => operationId));
    expect(ids.size).toBe(operations.length);
    for (const [name, { tags, summary, responses, requestBody }] of operations) {
      expect(summary, name).toBeTruthy();
      expect(tags, name).toHaveLength(1);
      expect(
        Object.keys(responses).some((status) => status.startsWith("2")),
        name,
      ).toBe(true);
      expect(responses["default"]?.content?.["application/json"]?.schema, name).toEqual({
        $ref: "#/components/schemas/Error",
      });
      for (const { description, content } of Object.values(responses)) {
        expect(description, name).toBeTruthy();
        for (const { schema } of Object.values(content ?? {})) expect(schema, name).toBeDefined();
      }
      if (requestBody !== undefined) expect(Object.keys(requestBody.content), name).not.toEqual([]);
    }
  });

  test("has every address that is served", async () => {
    await using server = await startServer();
    const { body } = await server.get("/openapi.json");
    const documented = new Set(operationsOf(body).map(([name]) => name));
    const served = server.gateway.routes.map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}")}`,
    );
    expect(served.length).toBeGreaterThan(15);
    expect(served.filter((name) => !documented.has(name))).toEqual([]);
  });
});

describe("/asyncapi.json", () => {
  test("is valid AsyncAPI 3.0 by the official parser", async () => {
    await using server = await startServer();
    const { body } = await server.get("/asyncapi.json");
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(body));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.channels().all().length).toBe(Object.keys({ ...FRAMES, ...EXCHANGES }).length);
    for (const operation of document?.operations().all() ?? []) {
      expect(operation.messages().all().length, operation.id()).toBeGreaterThan(0);
    }
  });

  test("has every WebSocket address, with the frames of its dialect both ways", async () => {
    await using server = await startServer();
    const { body } = await server.get("/asyncapi.json");
    const channels = Object.values(body.channels as Record<string, { address: string | null }>);
    const addresses = channels.map(({ address }) => address ?? "");
    for (const { path, dialect } of MOUNTS) {
      expect(FRAMES, `${dialect.name} has frames in packages/protocol/src/frames/index.ts`).toHaveProperty([
        dialect.name,
      ]);
      expect(addresses.map((address) => address.replace(/\{\w+\}$/, "*"))).toContain(path);
    }
    expect(Object.keys(body.channels.stream.messages)).toEqual(
      expect.arrayContaining([
        "stream.client.chat",
        "stream.client.cancel",
        "stream.server.token",
        "stream.server.result",
      ]),
    );
    expect(body.operations["stream.receive"].messages).toContainEqual({
      $ref: "#/channels/stream/messages/stream.client.chat",
    });
  });
});

describe("/asyncapi.json of the broker", () => {
  test("has every exchange with its bindings, and every message by its type", async () => {
    await using server = await startServer();
    const { body } = await server.get("/asyncapi.json");
    const messagesOf = (name: string): string[] => Object.keys(body.channels[name].messages);
    expect(messagesOf("agent.events").map((id) => id.replace("agent.events.client.", ""))).toEqual([
      "executor.step.progress",
      "thought.completed",
      "executor.completed",
      "request.completed",
      "agent.error",
      "feedback.requested",
      "agent.heartbeat",
      "agent.event",
    ]);
    expect(messagesOf("agent.requests")).toEqual([
      "agent.requests.server.request.start",
      "agent.requests.server.request.feedback",
    ]);
    expect(messagesOf("agent.control").map((id) => id.replace("agent.control.server.", ""))).toEqual([
      "cancel",
      "pause",
      "resume",
    ]);
    expect(body.channels["agent.control"]).toMatchObject({
      servers: [{ $ref: "#/servers/broker" }],
      bindings: { amqp: { is: "routingKey", exchange: { name: "agent.control", type: "fanout", durable: true } } },
    });
    expect(Object.entries(EXCHANGES).map(([name, { action }]) => body.operations[`${name}.${action}`].action)).toEqual([
      "receive",
      "send",
      "send",
    ]);
    const { payload, bindings } = body.channels["agent.requests"].messages["agent.requests.server.request.start"];
    expect(payload.required).toEqual(expect.arrayContaining(["requestId", "runId", "agent", "userQuery", "input"]));
    expect(bindings.amqp.messageType).toBe("request.start");
  });
});

describe("/docs", () => {
  test("A2: loads everything from the server itself, under a policy that forbids the rest", async () => {
    await using server = await startServer();
    const page = await fetch(`${server.origin}/docs`);
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address = ""]) => new URL(address, `${server.origin}/docs`),
    );
    expect(loaded.length).toBeGreaterThanOrEqual(5);
    for (const url of loaded) {
      expect(url.origin).toBe(server.origin);
      const response = await fetch(url);
      expect([url.pathname, response.status, (await response.text()).length > 50]).toEqual([url.pathname, 200, true]);
    }
    expect(html).not.toMatch(/<script>|onload=/);
  });

  test("has no other files", async () => {
    await using server = await startServer();
    for (const name of ["package.json", "..%2Fpackage.json", "swagger-ui.js"]) {
      expect((await server.get(`/docs/${name}`)).status).toBe(400);
    }
  });
});

describe("/metrics", () => {
  test("counts what happens", async () => {
    await using server = await startServer({ metrics: createMetrics() });
    const read = async (): Promise<string> => (await fetch(`${server.origin}/metrics`)).text();
    const client = await server.connect("/ws/stream?thread_id=t");
    client.send({ type: "chat", payload: { message: "tokens=20 interval=0" } });
    await client.next("connected");
    await server.post("/api/v1/threads/t/runs", { agent: "scripted", input: "tokens=20 interval=0" });
    await client.next("result");
    const resumed = await server.connect("/ws/stream?thread_id=t&after=1");
    await resumed.next("result");
    expect((await server.get("/api/v1/threads/nothing")).status).toBe(404);
    await expect(server.connect("/ws/nothing")).rejects.toMatchObject({ status: 404 });
    const text = await read();
    for (const line of [
      'throughline_connections{dialect="stream",transport="websocket"} 2',
      'throughline_reconnections_total{dialect="stream",transport="websocket"} 1',
      'throughline_connection_failures_total{code="not_found"} 1',
      'throughline_requests_refused_total{code="not_found"} 1',
      'throughline_runs_started_total{agent="scripted"} 1',
      'throughline_runs_ended_total{agent="scripted",outcome="success",code=""} 1',
      "throughline_runs_queued 0",
      "throughline_log_writable 1",
    ]) {
      expect(text).toContain(line);
    }
    for (const name of [
      "throughline_delivery_latency_seconds",
      "throughline_commit_duration_seconds",
      "throughline_flush_events",
    ]) {
      expect(Number(new RegExp(`^${name}_count (\\d+)$`, "m").exec(text)?.[1]), name).toBeGreaterThan(0);
    }
    expect(Number(/^throughline_written_bytes_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(1_000);
    client.close();
    resumed.close();
    await Promise.all([client.closed, resumed.closed]);
  });

  test("is not there where nothing is measured", async () => {
    await using server = await startServer();
    expect(await server.get("/metrics")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  });
});
