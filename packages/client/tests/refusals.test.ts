import { expect, test } from "vitest";
// With what else is loaded late: loading takes real time, of which the virtual clock knows nothing.
import "../src/carriers/http-carriers.ts";
import { failureOfResponse } from "../src/carriers/refused-response.ts";
import type { WebSocketClass } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld } from "./support/world.ts";

test.each([
  ["7", 7_000],
  ["Sat, 01 Jan 2028 00:00:10 GMT", 10_000],
  ["Sat, 01 Jan 2000 00:00:00 GMT", 0],
  ["99999999999", 3_600_000],
  ["soon", 0],
])("Retry-After: %s", async (header, retryAfterMs) => {
  const response = new Response("", { status: 503, headers: { "retry-after": header } });
  expect(await failureOfResponse(response, Date.UTC(2028, 0, 1))).toMatchObject({ kind: "lost", retryAfterMs });
});

const refusal = (code: string): string => JSON.stringify({ error: { code, message: "No.", remedy: "Do not." } });
test.each([
  ["the server's own word", 404, refusal("not_found"), "refused", "not_found"],
  ["a newer server's", 409, refusal("not_on_mondays"), "refused", "connection_failed"],
  ["one that passes", 503, refusal("draining"), "lost", "draining"],
  ["a proxy's page", 404, "<h1>404 page not found</h1>", "lost", "connection_failed"],
  ["a proxy's JSON", 403, '{"error":{"code":"AccessDenied","message":"Denied."}}', "lost", "connection_failed"],
  ["a proxy's null", 405, "null", "lost", "connection_failed"],
  ["a proxy's limit", 413, "", "refused", "payload_too_large"],
  ["a proxy's sign-in", 401, "", "denied", "unauthenticated"],
])("a refusal is final if it is the server's or cannot change: %s", async (_whose, status, body, kind, code) => {
  const found = await failureOfResponse(new Response(body, { status }), 0);
  expect(found).toMatchObject({ kind, error: { code } });
});

test("a proxy that knows of no server for some minutes is outlasted, and what was said meanwhile is told", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  let isReplaced = false;
  const Real = world.server.WebSocket as unknown as WebSocketClass;
  const client = world.client({
    system: {
      fetch: (url, init) =>
        isReplaced ? Promise.resolve(new Response("no such host", { status: 404 })) : world.server.fetch(url, init),
      WebSocket: function (url: string, protocols?: string) {
        if (isReplaced) throw new Error("404");
        return new Real(url, protocols);
      } as unknown as WebSocketClass,
    },
  });
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  await world.until(() => thread.view.get().isLoaded, "the thread");
  isReplaced = true;
  world.server.drop();
  await world.clock.advance(5 * 60_000);
  expect(client.connection.get()).toMatchObject({ state: "reconnecting", error: { code: "connection_failed" } });
  void thread.send("still there?");
  isReplaced = false;
  world.signal("visible");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the answer");
});
