import { builtinAgents, scripted } from "@throughline/agents";
import { EventType } from "@throughline/protocol";
import { RequestClientEvent, RequestServerEvent } from "@throughline/protocol/schemas";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { RequestClient } from "../support/request-client.ts";

/** Every row of the requests protocol, with the library's own client over both of its transports. */

const served = { requestAgent: "manual" };

describe.each([["polling"], ["websocket"]])("over %s", (transport) => {
  const options = { transports: [transport], upgrade: false };

  test("a request runs from its start to its end, told step by step", async () => {
    const manual = manualAgent();
    await using server = await startServer({ agents: [manual.agent], ...served });
    await using client = await RequestClient.open(server.origin, { ...options, query: { requestId: "r1" } });
    const start = { type: "start", requestId: "r1", userQuery: "compare", context: { tone: "dry" } };
    RequestClientEvent.parse(start);
    expect(await client.ask("start", start)).toEqual({ ok: true, requestId: "r1", runId: "run:r1" });
    const run = await manual.next();
    expect(run.input.messages).toMatchObject([{ role: "user", content: "compare" }]);
    expect(run.input.forwardedProps).toMatchObject({ context: { tone: "dry" } });
    const member = { subagentRunId: "m1" };
    await run.emit({ type: EventType.SUBAGENT_STARTED, ...member, name: "executor-agent" });
    const facts = { stepId: "s1", order: 1, tool: "calculator", title: "Add up" };
    const metadata = { ...facts, status: "running" };
    await run.emit({ type: EventType.STEP_STARTED, stepName: "s1", ...member, metadata });
    const value = { current: 1, total: 2, message: "halfway" };
    await run.emit({ type: EventType.CUSTOM, name: "progress", value, ...member });
    const done = { ...facts, status: "completed", result: 42 };
    await run.emit({ type: EventType.STEP_FINISHED, stepName: "s1", ...member, metadata: done });
    await run.emit({ type: EventType.SUBAGENT_FINISHED, ...member, result: { steps: 1 }, outcome: { type: "success" } });
    run.finish();
    await client.next("request.completed");
    const data = { stepId: "s1", stepOrder: 1, tool: "calculator", title: "Add up" };
    const step = { type: "progress", requestId: "r1", agent: "executor-agent", step: "s1" };
    expect(client.frames).toMatchObject([
      { ...step, status: "running", data, seq: 3, epoch: expect.any(String) },
      { ...step, status: "running", data: { ...data, ...value }, seq: 4 },
      { ...step, status: "completed", data: { ...data, result: 42 }, seq: 5 },
      { type: "agent.completed", requestId: "r1", agent: "executor-agent", data: { steps: 1 }, seq: 6 },
      { type: "request.completed", requestId: "r1", result: "", seq: 7 },
    ]);
    for (const frame of client.frames) RequestServerEvent.parse(frame);
  });
});
