import type { NativeClientFrame } from "@throughline/protocol";
import type { Opener } from "./carrier.ts";
import { openLongPoll } from "./long-poll.ts";
import { openSse } from "./sse.ts";

export { climb } from "./climber.ts";

/** What is loaded where no WebSocket gets through. */
export const openers: { readonly [T in "sse" | "long-poll"]: Opener<NativeClientFrame> } = {
  sse: openSse,
  "long-poll": openLongPoll,
};
