import { useLayoutEffect } from "react";
import type { ThreadView } from "@throughline/protocol";
import { useServices } from "./services.ts";

/** Lets the line pulse with the events of this thread while mounted. */
export function useActivity(view: ThreadView | null): void {
  const { activity } = useServices();
  const seq = view?.lastSeq ?? 0;
  useLayoutEffect(() => activity.set(seq), [activity, seq]);
}
