import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";
import type { Tamper } from "./tamper.ts";

const honest: Tamper = { sent: (frame) => frame, received: (frame) => frame };

/** A client that asks for a place `by` events off where it stands, and takes what comes for what it wanted. */
export function resumesAt(by: number): Tamper {
  const shifted = new Set<string>();
  const back = (frame: NativeServerFrame): NativeServerFrame => {
    if (!("thread" in frame) || frame.thread === undefined || !shifted.has(frame.thread)) return frame;
    if (frame.type === "reset") shifted.delete(frame.thread);
    if (frame.type === "subscribed") return { ...frame, after: frame.after - by, head: frame.head - by };
    return frame.type === "events" ? { ...frame, seq: frame.seq - by } : frame;
  };
  const sent = (frame: NativeClientFrame): NativeClientFrame => {
    if (frame.type !== "subscribe") return frame;
    shifted.delete(frame.thread);
    const { after } = typeof frame.from === "string" ? { after: "" } : frame.from;
    const [, epoch = "", seq] = /^(.*\.)?(\d+)$/.exec(after) ?? [];
    if (seq === undefined || seq === "0") return frame;
    shifted.add(frame.thread);
    return { ...frame, from: { after: `${epoch}${Number(seq) + by}` } };
  };
  return { sent, received: back };
}

/** A client that goes on from a new view as if nothing had been. */
export function hidesResets(): Tamper {
  return { ...honest, received: (frame) => (frame.type === "reset" ? undefined : frame) };
}

/** A client that loses a command and tells the page that it was carried out. */
export function acknowledgesItself(): Tamper {
  const lost: string[] = [];
  return {
    sent: (frame) => {
      if (frame.type !== "command" || frame.command.type === "fork") return frame;
      lost.push(frame.id);
      return { type: "ping", id: frame.id };
    },
    received: (frame) =>
      frame.type === "pong" && lost.includes(String(frame.id))
        ? { type: "ack", id: String(frame.id), ok: true }
        : frame,
  };
}
