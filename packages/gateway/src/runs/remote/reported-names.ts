import { createHash } from "node:crypto";
import type { ControlWrite, StreamLog } from "@throughline/log";
import { keys } from "../../threads/names.ts";

/** How many names one control record holds: what a report costs to write, at most. */
const CHUNK = 256;
/** Records that are kept. Whoever carries reports never repeats one that lies further back. */
const KEEP = 256;
/** 64 bits in base64url. */
const DIGITS = 11;

/**
 * The names of what was reported of a run, so that a repeat applies once, whichever process it reaches.
 * They are kept as digests of 64 bits in control records of {@link CHUNK} each, written with the events
 * they name, of which only the last ever changes.
 */
export class ReportedNames {
  readonly #keyOf: (chunk: number) => string;
  readonly #known = new Set<string>();
  /** By the number of their record, which counts from 0. */
  readonly #chunks = new Map<number, string[]>();
  readonly #changed = new Set<number>();
  #last = 0;

  /** @param of the run's tenant, thread and id */
  constructor(...of: [tenant: string, threadId: string, runId: string]) {
    this.#keyOf = (chunk) => keys.reported(...of, chunk);
  }

  /** What is stored. */
  static async load(log: StreamLog, ...of: [tenant: string, threadId: string, runId: string]): Promise<ReportedNames> {
    const names = new ReportedNames(...of);
    const prefix = keys.allReportedOf(...of);
    for (const { key, value } of await log.controls(prefix, { limit: Number.MAX_SAFE_INTEGER })) {
      names.#restore(Number(key.slice(prefix.length)), value);
    }
    return names;
  }

  /** Whether anything was ever reported under a name. */
  get any(): boolean {
    return this.#known.size > 0;
  }

  has(name: string): boolean {
    return this.#known.has(digest(name));
  }

  add(name: string): void {
    const one = digest(name);
    this.#known.add(one);
    const chunk = this.#chunks.get(this.#last);
    if (chunk !== undefined && chunk.length < CHUNK) chunk.push(one);
    else this.#begin(one);
    this.#changed.add(this.#last);
  }

  /** What stores the names added since the last time; it belongs into the batch of what they name. */
  writes(): ControlWrite[] {
    const writes = [...this.#changed].map((number) => {
      return { key: this.#keyOf(number), value: this.#chunks.get(number)?.join("") ?? null };
    });
    this.#changed.clear();
    return writes;
  }

  /** What removes all of them. */
  removal(): ControlWrite[] {
    // What changed is perhaps gone here and not yet in the log.
    const stored = new Set([...this.#chunks.keys(), ...this.#changed]);
    return [...stored].map((number) => ({ key: this.#keyOf(number), value: null }));
  }

  #begin(one: string): void {
    if (this.#chunks.size > 0) this.#last += 1;
    this.#chunks.set(this.#last, [one]);
    const oldest = this.#last - KEEP;
    for (const forgotten of this.#chunks.get(oldest) ?? []) this.#known.delete(forgotten);
    if (this.#chunks.delete(oldest)) this.#changed.add(oldest);
  }

  #restore(number: number, value: string): void {
    const chunk: string[] = [];
    for (let at = 0; at < value.length; at += DIGITS) chunk.push(value.slice(at, at + DIGITS));
    this.#chunks.set(number, chunk);
    this.#last = number;
    for (const one of chunk) this.#known.add(one);
  }
}

function digest(name: string): string {
  return createHash("sha256").update(name).digest().subarray(0, 8).toString("base64url");
}
