import type { EndReason } from "../delivery/sink.ts";

/** WebSocket close codes by why the server closes; what a client does stands in PROTOCOL.md and docs/operation.md. */
export const CLOSE_CODES: Readonly<Record<EndReason, readonly [code: number, reason: string]>> = {
  slow: [4409, "too slow; resume from your position"],
  rate: [4429, "too many frames; wait a moment, then resume from your position"],
  draining: [4503, "server is going down; reconnect after a random delay, then resume from your position"],
  gone: [4404, "thread is deleted"],
  moved: [4503, "the thread was made anew; reconnect and resume from your position"],
  failed: [1011, "internal error; resume from your position"],
  stale: [4408, "silent for too long; resume from your position"],
  malformed: [4400, "bad frame"],
  dismissed: [4000, "disconnected by an operator; come back if you like"],
};
