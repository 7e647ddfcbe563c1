import type { Clock } from "@throughline/protocol";
import type { ComponentType } from "react";
import { fetchedAhead, type FetchedAhead } from "@throughline/react";
import { browserClock } from "./system.ts";

/** How long to wait before each further attempt, in ms: a connection that breaks is back by then, as a rule. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** A part of its own, for a network that may be gone just then: a part that cannot be fetched would take its page down with it. */
export function late<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): FetchedAhead<Props> {
  return fetchedAhead(() => patiently(load, browserClock));
}

/** Loads, and tries again a few times. @throws whatever the last attempt threw */
export async function patiently<T>(
  load: () => Promise<T>,
  clock: Clock,
  waits: readonly number[] = WAITS_MS,
): Promise<T> {
  const [ms, ...later] = waits;
  try {
    return await load();
  } catch (error) {
    if (ms === undefined) throw error;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    return patiently(load, clock, later);
  }
}
