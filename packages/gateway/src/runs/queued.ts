import type { StartRequest } from "./records.ts";

/** A start that waits for its turn, and the control record it waits under. */
export interface Queued {
  readonly key: string;
  readonly request: StartRequest;
}

/** Where in its queue a start waits; 0 for none. */
export function placeOf(queued: Queued | undefined): number {
  return queued === undefined ? 0 : Number(queued.key.slice(queued.key.lastIndexOf("/") + 1));
}
