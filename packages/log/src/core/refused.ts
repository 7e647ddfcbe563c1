/**
 * A refusal on its way out of a worker thread. The threads do not load the protocol package (it
 * brings schemas they do not need); the main thread makes a ThroughlineError of it.
 */
import type { Refusal } from "./ops.ts";

export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = "Refused";
    this.refusal = refusal;
  }
}

/** Stored data is not what was written. `what` is a plain name for it, such as `chunk 12`. */
export function damaged(what: string): Refused {
  return new Refused({ code: "corrupt", message: `Stored data is damaged: ${what}.` });
}
