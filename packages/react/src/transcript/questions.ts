import type { Interrupt, ThreadView } from "@throughline/protocol";
import type { AskedQuestion } from "../stores/update.ts";
import { DEFAULT_QUESTION } from "./transcript.ts";

/** What the thread's agents have asked and nobody has answered. */
export function questionsOf(view: ThreadView): readonly AskedQuestion[] {
  return view.pendingInterrupts.map(({ interrupt }) => ({
    questionId: interrupt.id,
    question: interrupt.message ?? DEFAULT_QUESTION,
    options: optionsOf(interrupt),
  }));
}

/** Answers offered by the agent: a JSON schema's `enum`, or `options` in the question's metadata. */
function optionsOf({ responseSchema, metadata }: Interrupt): readonly string[] {
  return optionsIn(responseSchema?.["enum"] ?? metadata?.["options"]);
}

/** The texts of a list, as `options` of `/api/v1/questions`; none for anything else. */
export function optionsIn(offered: unknown): readonly string[] {
  return Array.isArray(offered) ? offered.filter((option) => typeof option === "string") : [];
}
