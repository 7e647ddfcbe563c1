import { decodeView, type EventsFrame, reduceAll, type ResetFrame, type SubscribedFrame } from "@throughline/protocol";
import type { FeedChange, FeedState } from "./feed.ts";

export type FeedFrame = SubscribedFrame | ResetFrame | EventsFrame;

type Step = readonly [FeedState, FeedChange];

const NONE: FeedChange = { type: "none" };

/** What a frame makes of what is known of a thread, and what it has changed (rule D1). */
export function step(state: FeedState, frame: FeedFrame): Step {
  switch (frame.type) {
    case "subscribed":
      return subscribed(state, frame);
    case "reset":
      return [{ ...state, reason: frame.reason, isWaiting: true }, NONE];
    case "events":
      return events(state, frame);
  }
}

function subscribed(before: FeedState, frame: SubscribedFrame): Step {
  const state = { ...before, isWaiting: false, head: Math.max(frame.head, frame.view?.last_seq ?? 0) };
  if (frame.view !== undefined) {
    const { view, epoch } = decodeView(frame.view);
    return [
      { ...state, view, epoch, isLoaded: true, reason: null },
      { type: "view", reason: state.reason },
    ];
  }
  // What comes twice is passed over; what lies between would be missing.
  const continues = state.isLoaded && frame.after <= state.view.lastSeq;
  if (!continues) return lost(state);
  return [state.epoch === "" ? { ...state, epoch: frame.epoch } : state, NONE];
}

function events(state: FeedState, { seq: first, epoch, events: told }: EventsFrame): Step {
  const { lastSeq } = state.view;
  const last = first + told.length - 1;
  if (state.isWaiting || last <= lastSeq) return [state, NONE];
  if (!state.isLoaded || first > lastSeq + 1) return lost(state);
  const news = told.map((event, index) => ({ seq: first + index, event })).filter(({ seq }) => seq > lastSeq);
  const view = reduceAll(state.view, news);
  return [
    { ...state, view, epoch, head: Math.max(state.head, last) },
    { type: "events", events: news },
  ];
}

function lost(state: FeedState): Step {
  return [{ ...state, isWaiting: true }, { type: "gap" }];
}
