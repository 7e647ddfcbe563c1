import type { Case } from "./task.ts";
import { threadName } from "./task.ts";

/** What a load client knows of the native protocol: just enough to join a thread and to count its events. */

export const NATIVE_PROTOCOL = "throughline.v1";
const SEQ_KEY = Buffer.from('"seq":');
const EVENT = Buffer.from('{"type":"');
/** Where a frame says what it is: `{"type":"events"`. */
const KIND_AT = 9;
const EVENTS = Buffer.from("ev");
const ZERO = 48;
const NINE = 57;

/** What a client says first. */
export function greetings({ threads }: Case, index: number): string[] {
  const thread = threadName(index % threads);
  return ['{"type":"hello"}', JSON.stringify({ type: "subscribe", thread, from: "now", presence: false })];
}

/** The seq of a frame's first event and how many it has; undefined for other frames. */
export function eventsIn(bytes: Buffer, start: number, end: number): { first: number; count: number } | undefined {
  if (bytes[start + KIND_AT] !== EVENTS[0] || bytes[start + KIND_AT + 1] !== EVENTS[1]) return undefined;
  const frame = bytes.subarray(start, end);
  let first = 0;
  let at = frame.indexOf(SEQ_KEY) + SEQ_KEY.length;
  for (let digit = frame[at] ?? 0; digit >= ZERO && digit <= NINE; digit = frame[++at] ?? 0)
    first = first * 10 + digit - ZERO;
  let count = 0;
  for (at = frame.indexOf(EVENT, at); at >= 0; at = frame.indexOf(EVENT, at + EVENT.length)) count += 1;
  return { first, count };
}
