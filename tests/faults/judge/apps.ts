import { type AguiEvent, emptyView, reduce, type ThreadView } from "@throughline/protocol";
import { summary } from "../apps/watch-thread.ts";
import { type Entry, hashOf } from "../history.ts";
import { type Evidence, wasRestored } from "./evidence.ts";

/**
 * D1, L1, L2: what each page on the real client was told and showed of each thread. Its events are a
 * contiguous slice of one life of the thread, anything else begins with a view that says why, and
 * whatever view it showed is the log's fold up to there.
 */
export function judgeApps(evidence: Evidence): string[] {
  const lives = new Map([...evidence.threads.keys()].map((thread) => [thread, livesOf(evidence, thread)]));
  const told = Map.groupBy(
    evidence.entries.filter(({ what }) => what === "app"),
    ({ conn, thread }) => `${conn} on ${thread}`,
  );
  return [...told].flatMap(([page, entries]) => {
    const own = lives.get(entries[0]?.thread ?? "") ?? [new Life([])];
    return new Page(own, wasRestored(evidence)).judge(entries).map((problem) => `${problem} [${page}]`);
  });
}

/** The lives of a thread, the latest last. */
function livesOf({ threads, past }: Evidence, thread: string): Life[] {
  const generations = [...(past.get(thread) ?? []), threads.get(thread)];
  return generations.map((generation) => new Life(generation?.events ?? []));
}

/** One life of a thread, with its fold and its events' hashes at every place. */
class Life {
  readonly #events: readonly AguiEvent[];
  readonly #views: ThreadView[] = [];
  readonly #folds = new Map<number, string>();

  constructor(events: readonly AguiEvent[]) {
    this.#events = events;
  }

  get length(): number {
    return this.#events.length;
  }

  holds(seq: number, hash: string | undefined): boolean {
    return this.#events[seq - 1] !== undefined && hashOf(JSON.stringify(this.#events[seq - 1])) === hash;
  }

  /** Whether this is the hash of the fold of its first `seq` events. */
  folds(threadId: string, seq: number, hash: string | undefined): boolean {
    if (seq > this.length) return false;
    const known = this.#folds.get(seq) ?? summary(this.#fold(threadId, seq)).hash;
    this.#folds.set(seq, known);
    return known === hash;
  }

  #fold(threadId: string, seq: number): ThreadView {
    this.#views[0] ??= emptyView(threadId);
    for (let at = this.#views.length; at <= seq; at++) {
      const event = this.#events[at - 1] as AguiEvent;
      this.#views.push(reduce(this.#views[at - 1] as ThreadView, { seq: at, event }));
    }
    return this.#views[seq] as ThreadView;
  }
}

/** One load of a page, read from its beginning. */
class Page {
  readonly #lives: readonly Life[];
  readonly #wasRestored: boolean;
  readonly #problems: string[] = [];
  /** Those that what it was told since its last view can be a slice of. */
  #slices: readonly Life[] = [];
  /** Seq of the last event it was told; undefined before the first view. */
  #at: number | undefined;

  constructor(lives: readonly Life[], wasRestored: boolean) {
    this.#lives = lives;
    this.#wasRestored = wasRestored;
  }

  judge(entries: readonly Entry[]): string[] {
    for (const entry of entries) {
      if (entry.op === "reset") this.#judgeReset(entry);
      else if (entry.op === "deliver") this.#judgeEvent(entry);
      else if (entry.code === "taken up") this.#begin(entry);
      else this.#judgeShown(entry);
      if (entry.code === "stopped") this.#judgeEnd(entry);
    }
    return this.#problems;
  }

  #begin(entry: Entry): void {
    this.#at = entry.seq;
    this.#slices = this.#judgeShown(entry);
  }

  #judgeReset(entry: Entry): void {
    const { code, seq } = entry;
    const due = { first: this.#at === undefined, epoch: this.#wasRestored }[code ?? ""];
    if (code === "ahead") this.#problems.push(`L1: was given more than the log has, ${this.#at}`);
    else if (due !== true) this.#problems.push(`L2: its view was replaced (${code}) by that at ${seq} without need`);
    this.#begin(entry);
  }

  #judgeEvent({ seq = 0, hash, flag }: Entry): void {
    if (flag === false) this.#problems.push(`L1: was told ${seq} before it was durable`);
    if (seq !== (this.#at ?? -1) + 1) this.#problems.push(`D1: was told ${seq} after ${this.#at ?? "nothing"}`);
    this.#at = seq;
    const slices = this.#slices.filter((life) => life.holds(seq, hash));
    if (slices.length === 0) this.#problems.push(`D1: was told ${seq} with another content than the log's`);
    this.#slices = slices.length === 0 ? this.#slices : slices;
  }

  /** @returns the lives of which this is the fold */
  #judgeShown({ thread = "", seq = 0, hash }: Entry): Life[] {
    const shown = this.#lives.filter((life) => life.folds(thread, seq, hash));
    // Before anything has come a page shows an empty thread.
    if (shown.length === 0) this.#problems.push(`D1: shows at ${seq} what is not the log's fold`);
    return shown;
  }

  #judgeEnd({ thread = "", seq, hash }: Entry): void {
    const last = this.#lives.at(-1) ?? new Life([]);
    if (this.#at !== last.length) this.#problems.push(`D1: was told ${this.#at} of ${last.length} in the end`);
    if (!last.folds(thread, last.length, hash))
      this.#problems.push(`D1: shows at ${seq} in the end what is not the log's fold`);
  }
}
