import { EventType } from "@throughline/protocol";
import { RequestAck, RequestServerEvent } from "@throughline/protocol/schemas";
import { describe, expect, test } from "vitest";
import { stage, start } from "../support/request-stage.ts";

/** What a client of requests asks for, twice or wrongly. */

describe("R4: a start", () => {
  test("repeated attaches, from whichever client, and never runs twice", async () => {
    await using at = await stage();
    const [one, two] = [await at.client(), await at.client()];
    const acks = await Promise.all([one.ask("start", start()), two.ask("start", start()), one.ask("start", start())]);
    for (const ack of acks) expect(ack).toMatchObject({ ok: true, runId: "run:r1" });
    expect(acks.filter(({ duplicate }) => duplicate === true)).toHaveLength(2);
    const run = await at.next();
    await run.emit({ type: EventType.STEP_STARTED, stepName: "look" });
    run.finish();
    await Promise.all([one.next("request.completed"), two.next("request.completed")]);
    expect(await one.ask("start", start())).toEqual({ ok: true, requestId: "r1", runId: "run:r1", duplicate: true });
    const { body } = await at.server.get("/api/v1/threads/request:r1");
    expect(body.runs).toHaveLength(1);
    expect(one.frames.filter(({ type }) => type === "request.completed")).toHaveLength(1);
  });

  test("of the same request that asks for something else is refused", async () => {
    await using at = await stage();
    const client = await at.client();
    await client.ask("start", start());
    (await at.next()).finish();
    const other = { ...start(), userQuery: "something else" };
    expect(await client.ask("start", other)).toMatchObject({ ok: false, code: "run_id_conflict" });
  });

  test("names the agent, or is answered by the default one", async () => {
    await using at = await stage();
    const client = await at.client();
    const named = { ...start(), context: { agent: "nobody" } };
    expect(await client.ask("start", named)).toMatchObject({ ok: false, code: "unknown_agent" });
    // What was refused is followed no more.
    expect((await at.server.get("/api/v1/websocket/status")).body.clients).toEqual([]);
    const known = { ...start(), context: { agent: "manual" } };
    expect(await client.ask("start", known)).toMatchObject({ ok: true });
    (await at.next()).finish();
  });
});

describe("A3: what cannot be is answered, and harms nothing", () => {
  test("by the acknowledgement, or else by an error event", async () => {
    await using at = await stage();
    const client = await at.client();
    const cases: [name: string, payload: unknown, code: string][] = [
      ["start", { requestId: "r1", userQuery: " " }, "empty_message"],
      ["start", { requestId: "r1", userQuery: 7 }, "invalid_input"],
      ["start", { requestId: "r1", userQuery: "a", context: [] }, "invalid_input"],
      ["start", { requestId: "r1", userQuery: "a", context: { agent: 1 } }, "invalid_input"],
      ["start", { userQuery: "a" }, "invalid_input"],
      ["start", { requestId: "a b", userQuery: "a" }, "invalid_input"],
      ["start", { requestId: ["r1"], userQuery: "a" }, "invalid_input"],
      ["start", { requestId: "x".repeat(250), userQuery: "a" }, "invalid_input"],
      ["start", null, "invalid_input"],
      ["start", [start()], "invalid_input"],
      ["start", "r1", "invalid_input"],
      ["cancel", { requestId: "r1" }, "not_found"],
      ["cancel", {}, "invalid_input"],
      ["feedback", { requestId: "r1", questionId: "q", answer: 1 }, "not_found"],
      ["feedback", { requestId: "r1", answer: 1 }, "invalid_input"],
      ["feedback", { requestId: "r1", questionId: "q" }, "invalid_input"],
      ["rejoin", { requestId: "r1", lastSeq: "x" }, "invalid_cursor"],
      ["rejoin", { requestId: "r1", lastSeq: -1 }, "invalid_cursor"],
      ["rejoin", { requestId: "r1", lastSeq: {} }, "invalid_cursor"],
      ["rejoin", undefined, "invalid_input"],
      ["dance", { requestId: "r1" }, "invalid_frame"],
      ["start", JSON.parse(`{"requestId":"r1","userQuery":"a","context":{"__proto__":1}}`), "invalid_frame"],
    ];
    for (const [name, payload, code] of cases) {
      const ack = await client.ask(name, payload);
      expect(ack, `${name} ${JSON.stringify(payload)}`).toMatchObject({ ok: false, code });
      RequestAck.parse(ack);
      client.socket.emit(name, payload);
      expect(await client.next("error"), `${name} ${JSON.stringify(payload)}`).toMatchObject({ code });
    }
    client.socket.emit("start");
    expect(await client.next("error")).toMatchObject({ code: "invalid_input" });
    for (const frame of client.frames) RequestServerEvent.parse(frame);
    expect(await client.ask("start", start())).toMatchObject({ ok: true });
    (await at.next()).finish();
  });

  test("R4: an event that names itself applies once", async () => {
    await using at = await stage();
    const client = await at.client({ auth: { client_id: "c1" } });
    await client.ask("start", start());
    const run = await at.next();
    const cancel = { id: "k1", requestId: "r1" };
    expect(await client.ask("cancel", cancel)).toMatchObject({ ok: true });
    // The client comes back, not knowing that it was heard.
    const again = await at.client({ auth: { client_id: "c1" } });
    expect(await again.ask("cancel", cancel)).toMatchObject({ ok: true, duplicate: true });
    expect(run.context.signal.aborted).toBe(true);
  });

  test("a connection follows no more than a hundred requests", async () => {
    await using at = await stage();
    const client = await at.client();
    for (let n = 0; n < 100; n++) await client.ask("rejoin", { requestId: `r${n}` });
    const ack = await client.ask("rejoin", { requestId: "one-more" });
    expect(ack).toMatchObject({ ok: false, code: "too_many_subscriptions" });
    expect(await client.ask("rejoin", { requestId: "r7" })).toMatchObject({ ok: true });
  });
});
