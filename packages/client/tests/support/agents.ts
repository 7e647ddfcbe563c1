import { type Agent, EventType } from "@throughline/protocol";

/** Says so many words, one every 10 ms; ends early when it is cancelled. */
export function talker(words = 5, name = "talker"): Agent {
  return {
    name,
    run: async function* (_input, { signal, clock, ids }) {
      const messageId = ids.next("msg");
      yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
      for (let word = 0; word < words; word += 1) {
        if (signal.aborted) return;
        yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${word} ` };
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
      }
      yield { type: EventType.TEXT_MESSAGE_END, messageId };
    },
  };
}
