import type { Decoded, Dialect } from "@throughline/protocol";

/** The canonical events themselves, for readers over HTTP: read-only, everything from the cursor on. */
export const agui: Dialect = {
  name: "agui",
  initial: undefined,
  stateless: true,
  lateJoin: "all",
  step: (state, { event }) => ({ state, frame: event }),
  decode: (): Decoded => ({ commands: [], replies: [], ignored: true }),
  greet: () => undefined,
  reset: (_context, reason, { epoch, lastSeq }) => ({ type: "reset", epoch, last_seq: lastSeq, reason }),
  acknowledge: () => undefined,
  error: (code, message) => ({ type: "error", code, message }),
};
