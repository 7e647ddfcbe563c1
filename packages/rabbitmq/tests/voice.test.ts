import { silentLogger } from "@throughline/protocol";
import { virtualClock } from "@throughline/testing";
import { expect, test } from "vitest";
import type { Letter, Outbox, Posted } from "../src/link/outbox.ts";
import { Narrator } from "../src/messages/narrator.ts";
import { Voice } from "../src/worker/voice.ts";

/** What becomes of a run's words that no queue takes. */

interface Sent {
  readonly letter: Letter;
  settle(outcome: Posted["outcome"]): Promise<void>;
}

function setUp() {
  const sent: Sent[] = [];
  const post = (letter: Letter): Promise<Posted> =>
    new Promise((resolve) => {
      const settle = async (outcome: Posted["outcome"]): Promise<void> => {
        resolve({ outcome, inDoubt: false });
        await turn();
      };
      sent.push({ letter, settle });
    });
  const input = { threadId: "request:r", runId: "run-1", messages: [], tools: [], context: [], state: null };
  const request = { type: "request.start" as const, requestId: "r", runId: "run-1", agent: "agent", userQuery: "" };
  const outbox = { post } as unknown as Outbox;
  const voice = new Voice(outbox, { ...request, context: {}, input: { ...input, forwardedProps: {} } }, silentLogger);
  const clock = virtualClock();
  const over = new AbortController();
  const end = (): Promise<void> => voice.end(Narrator.success("agent"), clock, over.signal);
  const types = (): (string | undefined)[] => sent.map(({ letter }) => letter.type);
  return { voice, sent, clock, over, end, types };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const WORD = { type: "agent.event", agent: "agent", data: { event: { type: "CUSTOM", name: "n", value: 1 } } };

test("D1: a run of which a word came back ends with an error, though it had come to its end", async () => {
  const { voice, sent, end, types } = setUp();
  voice.say(WORD);
  voice.say(WORD);
  const ended = end();
  await turn();
  expect(types()).toEqual(["agent.event", "agent.event"]);
  await sent[0]?.settle("returned");
  expect(voice.lost.reason).toMatchObject({ code: "unavailable" });
  await sent[1]?.settle("confirmed");
  expect(types()).toEqual(["agent.event", "agent.event", "agent.error"]);
  expect(JSON.parse(String(sent[2]?.letter.body))).toMatchObject({ data: { code: "unavailable", fatal: true } });
  await sent[2]?.settle("confirmed");
  await ended;
});

test("R1: the last word is said again under its name until a queue takes it, or the run has ended otherwise", async () => {
  const { voice, sent, end, clock, over, types } = setUp();
  const ended = end();
  for (const outcome of ["returned", "returned", "confirmed"] as const) {
    await turn();
    await sent.at(-1)?.settle(outcome);
    await clock.advance(1_000);
  }
  await ended;
  expect(types()).toEqual(["request.completed", "request.completed", "request.completed"]);
  expect(sent.map(({ letter }) => letter.messageId)).toEqual(["run-1:1", "run-1:1", "run-1:1"]);
  expect(voice.lost.aborted).toBe(false);
  const given = end();
  await turn();
  await sent.at(-1)?.settle("returned");
  over.abort();
  await given;
  expect(sent).toHaveLength(4);
});
