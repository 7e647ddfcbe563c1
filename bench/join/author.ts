import { type Agent, type AguiEvent, EventType } from "@throughline/protocol";

/** Of one run, its start and end included. */
export const EVENTS_PER_RUN = 500;
const MESSAGES = 6;
const TOKENS = 81;

/** Writes a few messages, token by token, and uses no time for it. */
export const author: Agent = {
  name: "author",
  async *run(): AsyncGenerator<AguiEvent> {
    // With the run's own two: 2 + 6 * (81 + 2) = 500.
    for (let i = 0; i < MESSAGES; i++) yield* message(`msg-${i}-${crypto.randomUUID().slice(0, 8)}`);
  },
};

function* message(messageId: string): Generator<AguiEvent> {
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
  for (let n = 0; n < TOKENS; n++) yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `word${n} ` };
  yield { type: EventType.TEXT_MESSAGE_END, messageId };
}
