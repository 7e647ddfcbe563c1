import {
  emptyView,
  type EventsFrame,
  type From,
  printCursor,
  type ResetFrame,
  type SubscribedFrame,
  type ThreadEvent,
  type ThreadView,
} from "@throughline/protocol";
import type { Fold } from "./load-fold.ts";

/** What a view is made with; two functions of the protocol's, which a page may fetch late. */
export type Folding = Pick<Fold, "decodeView" | "reduceAll">;

/** What a frame has changed. */
export type FeedChange =
  /** These events were folded in, in order. */
  | { readonly type: "events"; readonly events: readonly ThreadEvent[] }
  /** The view was replaced, since what was there could not be continued, or nothing was there. */
  | { readonly type: "view"; readonly reason: ResetFrame["reason"] | null }
  | { readonly type: "none" }
  /** What came does not continue what is here: subscribe again from {@link Feed.from}. */
  | { readonly type: "gap" };

const NONE: FeedChange = { type: "none" };

/**
 * A thread as far as it is known: its view, and the position the view stands for. Frames go in; an
 * event goes in once, whatever the connection repeats, and never after a gap (rule D1).
 */
export class Feed {
  readonly #threadId: string;
  readonly #folding: () => Folding | undefined;
  #view: ThreadView;
  #epoch = "";
  #head = 0;
  #isLoaded = false;
  #reason: ResetFrame["reason"] | null = null;
  /** After a gap nothing is folded until a subscription begins anew. */
  #isWaiting = false;

  /** @param folding is there at the latest when something is subscribed to; frames before that are passed over */
  constructor(threadId: string, folding: () => Folding | undefined) {
    this.#threadId = threadId;
    this.#folding = folding;
    this.#view = emptyView(threadId);
  }

  get view(): ThreadView {
    return this.#view;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Whether the server has ever told the thread's view. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Events there are and that have not come yet, as far as the server has said. */
  get behind(): number {
    return Math.max(0, this.#head - this.#view.lastSeq);
  }

  /** Where a subscription is to begin. */
  get from(): From {
    if (!this.#isLoaded) return "view";
    const { lastSeq: seq } = this.#view;
    return { after: printCursor(this.#epoch === "" ? { seq } : { epoch: this.#epoch, seq }) };
  }

  /** Forgets everything, so that the memory is free. */
  forget(): void {
    this.#view = emptyView(this.#threadId);
    this.#epoch = "";
    this.#head = 0;
    this.#isLoaded = false;
  }

  subscribed(frame: SubscribedFrame): FeedChange {
    this.#isWaiting = false;
    this.#head = Math.max(frame.head, frame.view?.last_seq ?? 0);
    if (frame.view !== undefined) return this.#replace(frame.view);
    // What comes twice is passed over; what lies between would be missing.
    const continues = this.#isLoaded && frame.after <= this.#view.lastSeq;
    if (!continues) return this.#lose();
    if (this.#epoch === "") this.#epoch = frame.epoch;
    return NONE;
  }

  reset(frame: ResetFrame): FeedChange {
    this.#reason = frame.reason;
    this.#isWaiting = true;
    return NONE;
  }

  events(frame: EventsFrame): FeedChange {
    const folding = this.#folding();
    if (this.#isWaiting || folding === undefined) return NONE;
    const { lastSeq } = this.#view;
    const last = frame.seq + frame.events.length - 1;
    if (last <= lastSeq) return NONE;
    if (!this.#isLoaded || frame.seq > lastSeq + 1) return this.#lose();
    const events = frame.events
      .map((event, index) => ({ seq: frame.seq + index, event }))
      .filter(({ seq }) => seq > lastSeq);
    this.#view = folding.reduceAll(this.#view, events);
    this.#epoch = frame.epoch;
    this.#head = Math.max(this.#head, last);
    return { type: "events", events };
  }

  #replace(json: unknown): FeedChange {
    const folding = this.#folding();
    if (folding === undefined) return NONE;
    const { view, epoch } = folding.decodeView(json);
    this.#view = view;
    this.#epoch = epoch;
    this.#isLoaded = true;
    const reason = this.#reason;
    this.#reason = null;
    return { type: "view", reason };
  }

  #lose(): FeedChange {
    this.#isWaiting = true;
    return { type: "gap" };
  }
}
