import { type Agent, type AgentContext, type AguiEvent, EventType, type RunAgentInput } from "@throughline/protocol";
import { AGENT, MESSAGE_ID, stampedDelta } from "./payload.ts";
import { pause } from "./publisher.ts";

/** Says one message, token after token, in every run from the moment it is let go until it is stopped. */
export class FloodAgent implements Agent {
  readonly name = AGENT;
  readonly #rate: number;
  #on = true;
  #go = (): void => {};
  readonly #released = new Promise<void>((resolve) => {
    this.#go = resolve;
  });

  /** @param rate tokens a second; 0 = as fast as it is let */
  constructor(rate: number) {
    this.#rate = rate;
  }

  release(): void {
    this.#go();
  }

  stop(): void {
    this.#on = false;
  }

  async *run({ threadId, runId }: RunAgentInput, { signal }: AgentContext): AsyncGenerator<AguiEvent> {
    yield { type: EventType.TEXT_MESSAGE_START, messageId: MESSAGE_ID, role: "assistant" };
    await this.#released;
    const start = performance.now();
    for (let n = 1; this.#on && !signal.aborted; n++) {
      if (this.#rate > 0) {
        const ms = start + (n * 1_000) / this.#rate - performance.now();
        if (ms > 0) await pause(ms);
      }
      yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId: MESSAGE_ID, delta: stampedDelta() };
    }
    yield { type: EventType.TEXT_MESSAGE_END, messageId: MESSAGE_ID };
    // A result of its own, so that the last frame does not repeat all the text.
    yield { type: EventType.RUN_FINISHED, threadId, runId, result: "done", outcome: { type: "success" } };
  }
}
