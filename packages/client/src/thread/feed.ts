import {
  emptyView,
  type From,
  printCursor,
  type ResetFrame,
  type ThreadEvent,
  type ThreadView,
} from "@throughline/protocol";
import type { Fold } from "./load-fold.ts";
import type { FeedFrame } from "./feed-steps.ts";

/** What a frame has changed. */
export type FeedChange =
  /** These events were folded in, in order. */
  | { readonly type: "events"; readonly events: readonly ThreadEvent[] }
  /** The view was replaced, since what was there could not be continued, or nothing was there. */
  | { readonly type: "view"; readonly reason: ResetFrame["reason"] | null }
  | { readonly type: "none" }
  /** What came does not continue what is here: subscribe again from {@link Feed.from}. */
  | { readonly type: "gap" };

/** What is known of a thread. */
export interface FeedState {
  readonly view: ThreadView;
  readonly epoch: string;
  /** The last event there is, as far as the server has said. */
  readonly head: number;
  readonly isLoaded: boolean;
  /** Why the next view replaces the one that is here. */
  readonly reason: ResetFrame["reason"] | null;
  /** After a gap nothing is folded until a subscription begins anew. */
  readonly isWaiting: boolean;
}

/**
 * A thread as far as it is known: its view, and the position the view stands for. Frames go in; an
 * event goes in once, whatever the connection repeats, and never after a gap (rule D1). What a frame does
 * comes with the fold, which a page may fetch late.
 */
export class Feed {
  readonly #threadId: string;
  readonly #fold: () => Fold | undefined;
  #state: FeedState;

  /** @param fold is there at the latest when something is subscribed to; frames before that are passed over */
  constructor(threadId: string, fold: () => Fold | undefined) {
    this.#threadId = threadId;
    this.#fold = fold;
    this.#state = nothingOf(threadId);
  }

  get view(): ThreadView {
    return this.#state.view;
  }

  get epoch(): string {
    return this.#state.epoch;
  }

  /** Whether the server has ever told the thread's view. */
  get isLoaded(): boolean {
    return this.#state.isLoaded;
  }

  /** Events there are and that have not come yet, as far as the server has said. */
  get behind(): number {
    return Math.max(0, this.#state.head - this.view.lastSeq);
  }

  /** Where a subscription is to begin. */
  get from(): From {
    if (!this.isLoaded) return "view";
    const { lastSeq: seq } = this.view;
    return { after: printCursor(this.epoch === "" ? { seq } : { epoch: this.epoch, seq }) };
  }

  /** Forgets everything, so that the memory is free. */
  forget(): void {
    this.#state = nothingOf(this.#threadId);
  }

  receive(frame: FeedFrame): FeedChange {
    const [state, change] = this.#fold()?.step(this.#state, frame) ?? [this.#state, { type: "none" }];
    this.#state = state;
    return change;
  }
}

function nothingOf(threadId: string): FeedState {
  return { view: emptyView(threadId), epoch: "", head: 0, isLoaded: false, reason: null, isWaiting: false };
}
