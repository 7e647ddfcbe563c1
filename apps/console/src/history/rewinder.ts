import { emptyView, reduceAll } from "@throughline/protocol";
import type { ThreadEvent, ThreadView } from "@throughline/protocol";

/** A view is kept of every so many events; going anywhere folds fewer than that. */
const EVERY = 250;

/**
 * The thread as it was after any of its events. Views share what did not change between them, so the
 * kept ones cost little; one that was asked for last is where a step forward goes on from.
 */
export class Rewinder {
  readonly #events: readonly ThreadEvent[];
  /** By seq / {@link EVERY}. */
  readonly #kept: ThreadView[];
  #last: ThreadView;

  /** @param events from the first on, without a gap; may grow at its end */
  constructor(threadId: string, events: readonly ThreadEvent[]) {
    this.#events = events;
    this.#last = emptyView(threadId);
    this.#kept = [this.#last];
  }

  /** The view after event `seq`; beyond the last event that is the last one's, and 0 an empty thread's. */
  at(seq: number): ThreadView {
    const wanted = Math.max(0, Math.min(seq, this.#events.length));
    let view = this.#closest(wanted);
    while (view.lastSeq < wanted) {
      const stop = Math.min(wanted, (Math.floor(view.lastSeq / EVERY) + 1) * EVERY);
      view = reduceAll(view, this.#events.slice(view.lastSeq, stop));
      if (stop % EVERY === 0) this.#kept[stop / EVERY] = view;
    }
    this.#last = view;
    return view;
  }

  /** The newest view at hand that is not beyond `seq`. */
  #closest(seq: number): ThreadView {
    const place = Math.min(Math.floor(seq / EVERY), this.#kept.length - 1);
    const kept = this.#kept[place] ?? emptyView(this.#last.threadId);
    const isNearer = this.#last.lastSeq <= seq && this.#last.lastSeq > kept.lastSeq;
    return isNearer ? this.#last : kept;
  }
}
