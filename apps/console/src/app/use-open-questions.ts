import { useCallback } from "react";
import { useServices } from "./services.ts";
import { usePolled } from "./use-polled.ts";

const EVERY_MS = 5_000;

/** How many questions wait for a person, anywhere; 0 until it is known. */
export function useOpenQuestions(): number {
  const { pages } = useServices();
  const [questions] = usePolled(
    useCallback((signal: AbortSignal) => pages.questions(signal), [pages]),
    EVERY_MS,
  );
  return questions.value?.items.length ?? 0;
}
