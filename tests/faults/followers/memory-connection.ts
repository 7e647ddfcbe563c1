import type { MemorySocket } from "@throughline/testing";
import type { Connection } from "./connection.ts";

/** A socket in memory, with the ways in which its network fails. */
export function breakable(socket: MemorySocket): Connection {
  let deaf = false;
  return {
    fail: (fault, amount) => {
      deaf ||= fault === "half-open";
      if (fault === "cut") socket.cut(amount % 50);
      else if (fault === "cut in a frame") socket.cutAfter(amount);
      else if (fault === "half-open") socket.halfOpen();
      else if (fault === "pause") socket.pauseReading();
      else socket.throttle(amount);
    },
    mend: () => {
      if (deaf) return socket.cut();
      socket.throttle(Number.POSITIVE_INFINITY);
      socket.resumeReading();
    },
    drop: () => socket.cut(),
    send: (frame) => socket.send(frame),
    get peakBuffered() {
      return socket.peakBuffered;
    },
  };
}
