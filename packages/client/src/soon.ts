import type { Clock, Random, Timer } from "@throughline/protocol";

/** In ms. */
const AT_LEAST_MS = 2_000;

/** Tries again what the server could not do just now: after 2 s and as much again at random, not all clients at once. */
export function soon({ clock, random }: { readonly clock: Clock; readonly random: Random }, work: () => void): Timer {
  return clock.setTimeout(work, AT_LEAST_MS * (1 + random.next()));
}
