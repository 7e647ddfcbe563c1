import type { AguiEvent } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { followRequest, type RequestClient, startRequest } from "./request-client.ts";
import { type Reached, type Watchers, watchRequest } from "./request-watchers.ts";
import { readEvents, untilRun, verifyRuns } from "./thread.ts";
import type { Frame } from "./ws-client.ts";

const PATIENCE = { timeout: 60_000, interval: 20 };

/**
 * What clients get of a request, wherever its agents work: the same frames, to the letter. The server
 * serves `scripted`, which also answers requests that name nobody, and `planner-executor`.
 */
export function describeRequests(where: string, server: () => Reached): void {
  describe(`requests whose agents work ${where}`, () => {
    test("steps, tools, text and charts come to the same frames", async () => {
      await using client = await started(server(), "work", "steps=2 tools=1 chart=LOAD:AAPL tokens=3 interval=0");
      await client.next("request.completed");
      const step = (name: string, order: number, status: string, seq: number) => {
        const data = { stepId: name, stepOrder: order, tool: "" };
        return { type: "progress", agent: "scripted", step: name, status, data, ...about("work", seq) };
      };
      expect(told(client)).toEqual([
        step("step_0", 1, "running", 2),
        step("step_0", 1, "completed", 3),
        step("step_1", 2, "running", 4),
        step("step_1", 2, "completed", 5),
        { type: "request.completed", result: "t0 t1 t2 ", ...about("work", 16) },
      ]);
    });

    test("a question is asked and answered by the same frames", async () => {
      await using client = await started(server(), "ask", "tokens=1 interval=0 ask=Sure?");
      const { questionId } = await client.next("feedback.requested");
      const ack = await client.ask("feedback", { requestId: "ask", questionId, answer: "yes" });
      expect(ack).toMatchObject({ ok: true });
      await client.next("request.completed");
      const [question, done, ...more] = told(client);
      const asked = { type: "feedback.requested", agent: "scripted", questionId, question: "Sure?" };
      expect(question).toEqual({ ...asked, ...about("ask", 5) });
      expect(done).toEqual({
        type: "request.completed",
        result: "answer: yes",
        ...about("ask", 10),
        runId: ack["runId"],
      });
      expect(more).toEqual([]);
    });

    test("a failure is told by the same frame", async () => {
      await using client = await started(server(), "fail", "tokens=3 interval=0 fail=1");
      await client.next("error");
      expect(told(client)).toEqual([
        { type: "error", agent: "scripted", code: "agent_error", message: expect.any(String), ...about("fail", 5) },
      ]);
    });

    test("a plan is made and carried out by the same frames", async () => {
      const client = followRequest(server().origin, "plan");
      await using _client = client;
      await start(client, "plan", "what is 12% of 3450", { agent: "planner-executor" });
      await client.next("request.completed");
      expect(told(client).map(({ type, agent, status, seq }) => [type, agent, status, seq])).toEqual(PLANNED);
    });

    test("R5: every protocol watches one request, and each that can cancels it in turn", async () => {
      const reached = server();
      await using first = await started(reached, "turns", "steps=1 tokens=1 interval=0 hang=1 chart=LOAD:AAPL");
      await using all = await watchRequest(reached.origin, "turns");
      expect(await all.chart.next("chart_command")).toMatchObject({
        command: "LOAD:AAPL",
        session_id: "request:turns",
      });
      let runId = "run:turns";
      for (const [index, cancel] of CANCELS.entries()) {
        await all.chat.next("token");
        await all.stream.next("token");
        await cancel(all, reached, runId);
        await Promise.all([
          first.next("request.cancelled"),
          all.socketIo.next("request.cancelled"),
          all.stream.next("cancelled", ({ message }) => message !== undefined),
          all.chat.next("cancelled"),
          all.tasks.nextWhere(({ event_type, repeated }) => event_type === "task_cancelled" && repeated === undefined),
        ]);
        await untilRun(reached, runId, "cancelled");
        if (index === CANCELS.length - 1) break;
        runId = `turn-${index}`;
        const body = { agent: "scripted", input: "tokens=1 interval=0 hang=1", run_id: runId };
        expect((await reached.post("/api/v1/threads/request:turns/runs", body)).status).toBe(202);
      }
      await expectAllOf("turns", all, reached);
    });

    test("R4: of all who answer a question at once one wins, and the others are told", async () => {
      const reached = server();
      await using client = await started(reached, "race", "tokens=1 interval=0 ask=Who?");
      const { questionId } = await client.next("feedback.requested");
      await using all = await watchRequest(reached.origin, "race");
      await Promise.all([
        all.socketIo.next("feedback.requested"),
        all.stream.next("question"),
        all.chat.next("question"),
      ]);
      const lost = new Set<string>();
      const judge = (name: string, won: boolean): void => void (won || lost.add(name));
      all.stream.send({ type: "answer", payload: { question_id: questionId, answer: "stream" } });
      all.chat.send({ type: "answer", data: { question_id: questionId, answer: "chat" } });
      const answer = { type: "answer", interruptId: questionId, answer: "native" };
      all.native.send({ type: "command", id: "a", thread: "request:race", command: answer });
      const asked = { requestId: "race", questionId, answer: "socketio" };
      const overHttp = { interrupt_id: questionId, answer: "http" };
      const [feedback, http, native] = await Promise.all([
        all.socketIo.ask("feedback", asked),
        reached.post("/api/v1/runs/run:race/answers", overHttp),
        all.native.next("ack"),
      ]);
      judge("socketio", feedback["ok"] === true);
      judge("http", http.status === 202);
      judge("native", native["ok"] === true);
      const refused = (name: string, frames: readonly Frame[]): void =>
        judge(name, !frames.some((frame) => (frame["details"] ?? frame["data"]?.code) === "already_answered"));
      const { result } = await all.socketIo.next("request.completed");
      const winner = /^answer: (\w+)$/.exec(result as string)?.[1];
      const losers = ["chat", "http", "native", "socketio", "stream"].filter((name) => name !== winner);
      await expect
        .poll(() => {
          refused("stream", all.stream.frames);
          refused("chat", all.chat.frames);
          return [...lost].toSorted();
        }, PATIENCE)
        .toEqual(losers);
      await expectAllOf("race", all, reached);
      const events = (await readEvents(reached, "request:race")).map(({ event }) => event);
      expect(events.filter(({ type }) => type === "RUN_STARTED")).toHaveLength(2);
    });
  });
}

type Cancel = (all: Watchers, server: Reached, runId: string) => Promise<unknown> | void;

const CANCELS: readonly Cancel[] = [
  async ({ socketIo }) => expect(await socketIo.ask("cancel", { requestId: "turns" })).toMatchObject({ ok: true }),
  ({ stream }) => stream.send({ type: "cancel", payload: {} }),
  ({ chat }) => chat.send({ type: "cancel" }),
  ({ tasks }) => tasks.send({ type: "cancel" }),
  async ({ native }, _, runId) => {
    native.send({ type: "command", id: runId, thread: "request:turns", command: { type: "cancel", runId } });
    expect(await native.next("ack")).toMatchObject({ id: runId, ok: true });
  },
  async (_, server, runId) => expect((await server.post(`/api/v1/runs/${runId}/cancel`, {})).status).toBe(200),
];

/** Of a plan with one step: type, agent, status and seq of each frame. */
const PLANNED: readonly unknown[] = [
  ["agent.completed", "thought-agent", undefined, 5],
  ["progress", "executor-agent", "running", 7],
  ["progress", "executor-agent", "running", 9],
  ["progress", "executor-agent", "completed", 15],
  ["progress", "executor-agent", "completed", 16],
  ["agent.completed", "executor-agent", undefined, 17],
  ["request.completed", undefined, undefined, 34],
];

/** What a frame says of where it belongs; the first of a connection also tells the epoch. */
const about = (requestId: string, seq: number) => ({ requestId, runId: `run:${requestId}`, seq });

/** The frames without the epoch, which each server makes anew. */
function told({ frames }: RequestClient): Frame[] {
  return frames.map(({ epoch: _epoch, ...frame }) => frame);
}

/** Starts a request; while its agent cannot be reached yet it is refused, and asked again. */
async function start(client: RequestClient, requestId: string, userQuery: string, context = {}): Promise<void> {
  const ack = await startRequest(client, { requestId, userQuery, context });
  expect(ack).toEqual({ ok: true, requestId, runId: `run:${requestId}` });
}

async function started({ origin }: Reached, requestId: string, userQuery: string): Promise<RequestClient> {
  const client = followRequest(origin, requestId);
  await start(client, requestId, userQuery);
  return client;
}

/** Each watcher has got all there is, in order, each in its own words. */
async function expectAllOf(requestId: string, all: Watchers, server: Reached): Promise<void> {
  const stored = await readEvents(server, `request:${requestId}`);
  const events = stored.map(({ event }) => event);
  await verifyRuns(events);
  const native = (): AguiEvent[] =>
    all.native.frames.flatMap(({ type, events: some }) => (type === "events" ? (some as AguiEvent[]) : []));
  await expect.poll(() => native().length, PATIENCE).toBe(stored.length);
  await expect.poll(() => all.sse.events.length, PATIENCE).toBe(stored.length);
  expect(native()).toEqual(events);
  expect(all.sse.events.map(({ event }) => event)).toEqual(events);
  const text = events.map((event) => (event.type === "TEXT_MESSAGE_CONTENT" ? event.delta : "")).join("");
  const join = (frames: readonly Frame[], delta: (frame: Frame) => unknown): string => frames.map(delta).join("");
  expect(join(all.stream.frames, (frame) => (frame["type"] === "token" ? frame["delta"] : ""))).toBe(text);
  expect(join(all.chat.frames, (frame) => (frame["type"] === "token" ? frame["data"].delta : ""))).toBe(text);
  const deltas = (frame: Frame): unknown => (frame["event_type"] === "message.delta" ? frame["data"].delta : "");
  expect(join(all.tasks.frames, deltas)).toBe(text);
  for (const { frames } of [all.socketIo, all.stream, all.chat, all.tasks, all.chart]) {
    const seqs = frames.flatMap(({ seq }) => (typeof seq === "number" ? [seq] : []));
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  }
}
