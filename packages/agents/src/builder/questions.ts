import type { Interrupt, Json, RunAgentInput, ThreadView } from "@throughline/protocol";
import { isObject } from "./input.ts";
import type { Answer, AskOptions } from "./run.ts";

/** Unwinds a script that has asked something. Not a failure: the run ends with the question. */
export class Asked extends Error {
  readonly interruptId: string;

  constructor(interruptId: string, question: string) {
    super(`Waiting for an answer to: ${question}`);
    this.name = "Asked";
    this.interruptId = interruptId;
  }
}

/**
 * What this run has asked and what was answered before it. An interrupt's metadata carries the key
 * of its question and the answers given so far, so that a script which asks several things in turn
 * finds them all, run after run, though each run is told only its newest answer.
 */
export class Questions {
  readonly asked: Interrupt[] = [];
  /** The newest answer, for the script to branch on. */
  readonly newest: Answer | undefined;
  readonly #answers = new Map<string, Json>();
  /** An answer to a question the thread no longer knows: the first question asked takes it. */
  #stray: { readonly value: Json } | undefined;

  constructor(input: RunAgentInput, view: ThreadView) {
    for (const entry of input.resume ?? []) {
      const value: Json = entry.status === "resolved" ? (entry.payload ?? null) : null;
      const key = this.#recall(view, entry.interruptId);
      this.newest = key === undefined ? { value } : { key, value };
      if (key === undefined) this.#stray = { value };
      else this.#answers.set(key, value);
    }
  }

  /** @returns the answer, if there has been one */
  answerTo(key: string): { readonly value: Json } | undefined {
    const known = this.#answers.get(key);
    if (known !== undefined) return { value: known };
    const stray = this.#stray;
    if (stray === undefined) return undefined;
    this.#stray = undefined;
    this.#answers.set(key, stray.value);
    return stray;
  }

  /** Puts a question among those the run ends with. */
  ask(id: string, question: string, options: AskOptions, subagentRunId: string | undefined): Asked {
    const choice = options.options === undefined ? {} : { options: [...options.options] };
    this.asked.push({
      id,
      reason: "question",
      message: question,
      ...(subagentRunId === undefined ? {} : { subagentRunId }),
      ...(options.options === undefined ? {} : { responseSchema: { type: "string", enum: [...options.options] } }),
      metadata: { key: options.key ?? question, answers: Object.fromEntries(this.#answers), ...choice },
    });
    return new Asked(id, question);
  }

  /** Takes over what the interrupt's metadata remembers. @returns the question's key */
  #recall(view: ThreadView, interruptId: string): string | undefined {
    const interrupt = view.pendingInterrupts.find((pending) => pending.interrupt.id === interruptId)?.interrupt;
    const { key, answers } = interrupt?.metadata ?? {};
    if (isObject(answers)) for (const [earlier, value] of Object.entries(answers)) this.#answers.set(earlier, value);
    return typeof key === "string" ? key : undefined;
  }
}
