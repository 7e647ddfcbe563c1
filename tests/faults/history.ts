import { hash as digest } from "node:crypto";

export type Op = "append" | "deliver" | "resume" | "cancel" | "reset" | "fault";
/** `info` is an outcome nobody knows: never to be read as "failed". */
export type Phase = "invoke" | "ok" | "fail" | "info";

/**
 * One thing that happened, as a line of the history.
 *
 * `append` is everything that writes: an agent's event (`what` = "event"), an agent being run ("run"),
 * and the commands start, answer, pause, resume and fork. `resume` is a client taking up a thread,
 * `reset` a cursor that the server could not honour.
 */
export interface Entry {
  /** Milliseconds since the trial began. */
  readonly t: number;
  /** Counts the processes that served, from 1; 0 while there was none. */
  readonly proc: number;
  /** Who: a client's connection, a caller's call, an agent's run. */
  readonly conn: string;
  readonly op: Op;
  readonly phase: Phase;
  readonly what?: string;
  readonly thread?: string;
  readonly run?: string;
  readonly epoch?: string;
  readonly seq?: number;
  readonly hash?: string;
  /** Error code of a `fail` or `info`, kind of a fault, reason of a reset. */
  readonly code?: string;
  /** The position a client asked for; absent for none. */
  readonly cursor?: string;
  readonly transport?: string;
  /** What a command is about beside its run: the input, the question and answer, the fork's place. */
  readonly about?: string;
  /** Of a delivery: whether the event was durable then. Of an agent's event: whether its run had been ended. */
  readonly flag?: boolean;
}

type Given = Omit<Entry, "t" | "proc">;

/** What happened in one trial, in order. */
export class History {
  readonly entries: Entry[] = [];
  readonly #seed: number;
  readonly #at: () => { readonly t: number; readonly proc: number };

  constructor(seed: number, at: () => { readonly t: number; readonly proc: number }) {
    this.#seed = seed;
    this.#at = at;
  }

  add(entry: Given): void {
    this.entries.push({ ...this.#at(), ...entry });
  }

  /** How many entries there are like this. */
  count(op: Op, phase: Phase, what?: string): number {
    return this.entries.filter(
      (entry) => entry.op === op && entry.phase === phase && (what ?? entry.what) === entry.what,
    ).length;
  }

  /** One entry a line, for reading a failure. */
  toJsonl(): string {
    return this.entries.map((entry) => `${JSON.stringify({ seed: this.#seed, ...entry })}\n`).join("");
  }

  /** Names this very history. */
  hash(): string {
    return digest("sha256", this.toJsonl(), "hex");
  }
}

/** A short name for a JSON text: an event's or a frame's. */
export function hashOf(json: string): string {
  return digest("sha1", json, "base64url").slice(0, 12);
}
