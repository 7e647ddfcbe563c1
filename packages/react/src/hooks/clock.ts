import { createContext, useContext } from "react";
import type { Context } from "react";
import type { Clock } from "@throughline/protocol";
import { systemClock } from "../system.ts";

/** The clock that counts down and measures; a test hands in its own. */
export const ClockContext: Context<Clock> = createContext(systemClock);

export function useClock(): Clock {
  return useContext(ClockContext);
}
