import { EventType, ThroughlineError } from "@throughline/protocol";
import type { Emit } from "./emit.ts";
import { owned } from "./owned.ts";
import type { MessageWriter } from "./run.ts";

/** A message in the making. It opens with its first text, so one that stays empty never shows. */
export class Message implements MessageWriter {
  readonly id: string;
  readonly #emit: Emit;
  readonly #onEnd: (message: Message) => void;
  #state: "unopened" | "open" | "ended" = "unopened";

  constructor(id: string, emit: Emit, onEnd: (message: Message) => void) {
    this.id = id;
    this.#emit = emit;
    this.#onEnd = onEnd;
  }

  write(delta: string): Promise<void> {
    if (this.#state === "ended") {
      return owned(
        Promise.reject(new ThroughlineError("agent_error", `Message '${this.id}' has ended; open another.`)),
      );
    }
    if (delta === "") return Promise.resolve();
    if (this.#state === "unopened") {
      this.#state = "open";
      void this.#emit({ type: EventType.TEXT_MESSAGE_START, messageId: this.id, role: "assistant" });
    }
    return this.#emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: this.id, delta });
  }

  end(): Promise<void> {
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    this.#onEnd(this);
    return wasOpen ? this.#emit({ type: EventType.TEXT_MESSAGE_END, messageId: this.id }) : Promise.resolve();
  }
}
