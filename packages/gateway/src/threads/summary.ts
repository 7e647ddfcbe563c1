import type { ThreadStatus } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "./names.ts";

/** A thread's line in lists: a projection, committed with the events that change it (S3). */
export interface ThreadSummary {
  readonly id: string;
  readonly status: ThreadStatus;
  /** What the thread began with, cut to {@link TITLE_LENGTH} characters. */
  readonly title: string;
  /** Of the thread's latest run; null while it has had none. */
  readonly agent: string | null;
  readonly lastSeq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const TITLE_LENGTH = 120;

/** What a batch does to a thread's line. */
export interface SummaryChange {
  readonly writes: readonly ControlWrite[];
  /** To be called once the writes are durable. */
  readonly stored: () => void;
}

/** One thread's line in lists, as it is stored: there is one of it, since a thread has one writer. */
export class SummaryLine {
  readonly #tenant: string;
  #stored: ThreadSummary | undefined;

  /** @param stored the control record as it is now */
  constructor(tenant: string, stored: string | undefined) {
    this.#tenant = tenant;
    this.#stored = stored === undefined ? undefined : parseSummary(stored);
  }

  /** What is stored; undefined for a thread that no list shows. */
  get now(): ThreadSummary | undefined {
    return this.#stored;
  }

  change(
    change: Pick<ThreadSummary, "id" | "lastSeq"> & {
      /** Absent = as it was. */
      readonly status?: ThreadStatus;
      readonly text?: string;
      /** Likewise. */
      readonly agent?: string | null;
      readonly now: number;
    },
  ): SummaryChange {
    const before = this.#stored;
    const summary: ThreadSummary = {
      id: change.id,
      status: change.status ?? before?.status ?? "idle",
      title: before?.title || (change.text ?? "").slice(0, TITLE_LENGTH),
      agent: change.agent ?? before?.agent ?? null,
      lastSeq: change.lastSeq,
      createdAt: before?.createdAt ?? change.now,
      updatedAt: change.now,
    };
    const places = placesOf(this.#tenant, summary);
    const left = before === undefined ? [] : placesOf(this.#tenant, before).filter((key) => !places.includes(key));
    return {
      writes: [
        { key: keys.thread(this.#tenant, change.id), value: JSON.stringify(summary) },
        ...left.map((key) => ({ key, value: null })),
        ...places.map((key) => ({ key, value: "" })),
      ],
      stored: () => {
        this.#stored = summary;
      },
    };
  }
}

export function parseSummary(value: string): ThreadSummary {
  return JSON.parse(value) as ThreadSummary;
}

/** The thread's place in each order that lists have. */
export function placesOf(tenant: string, { id, createdAt, updatedAt }: ThreadSummary): string[] {
  return [keys.recent(tenant, updatedAt, id), keys.made(tenant, createdAt, id)];
}
