/** The agent whose tokens are sent; part of the frame. */
export const AGENT = "flood";
export const MESSAGE_ID = "msg-1";

/** Such that the whole frame has about 250 bytes. */
const DELTA_BYTES = 175;

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A piece of text that begins with the time at which it was made. */
export function stampedDelta(): string {
  return `${machineMs().toFixed(3)} `.padEnd(DELTA_BYTES, "x");
}

/** The frame that Throughline makes of a token, for the servers that only pass messages on. */
export function tokenFrame(seq: number): Record<string, string | number> {
  return { type: "token", agent: AGENT, message_id: MESSAGE_ID, delta: stampedDelta(), seq };
}
