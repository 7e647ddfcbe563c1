import { type Agent, EventType } from "@throughline/protocol";

/** Says `count` pieces of text, one each `everyMs`, and is done. */
export function talker(count = 5, everyMs = 10): Agent {
  return {
    name: "talker",
    run: async function* (_input, { ids, clock }) {
      const messageId = ids.next("msg");
      yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
      for (let piece = 0; piece < count; piece += 1) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, everyMs));
        yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${piece} ` };
      }
      yield { type: EventType.TEXT_MESSAGE_END, messageId };
    },
  };
}

/** Says one word and waits to be cancelled. */
export const waiter: Agent = {
  name: "waiter",
  run: async function* (_input, { ids, signal }) {
    const messageId = ids.next("msg");
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: "hello" };
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  },
};

/** Asks which colour, and says it. */
export const asker: Agent = {
  name: "asker",
  run: async function* (input, { ids }) {
    const [answer] = input.resume ?? [];
    if (answer === undefined) {
      const interrupt = {
        id: "colour",
        reason: "input",
        message: "Which colour?",
        metadata: { options: ["red", "blue"] },
      };
      yield {
        type: EventType.RUN_FINISHED,
        threadId: input.threadId,
        runId: input.runId,
        outcome: { type: "interrupt", interrupts: [interrupt] },
      };
      return;
    }
    const messageId = ids.next("msg");
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `So ${String(answer.payload)}.` };
    yield { type: EventType.TEXT_MESSAGE_END, messageId };
  },
};
