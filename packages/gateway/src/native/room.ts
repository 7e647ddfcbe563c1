import type { Clock } from "@throughline/protocol";
import type { Carrier } from "./carrier.ts";

/** Above this a client gets no further view until it has taken what it was given (N27). */
const MAX_BUFFERED = 1024 * 1024;
/** A client that takes nothing for this long is sent away. */
const STALL_MS = 30_000;

/** Resolves when the client can be given a view, which may be large, or has been sent away. */
export async function room({ sink, atOnce }: Carrier, clock: Clock): Promise<void> {
  let stalled = false;
  while (atOnce !== true && !stalled && sink.buffered > MAX_BUFFERED) {
    await new Promise<void>((resolve) => {
      const stall = clock.setTimeout(() => {
        stalled = true;
        sink.end("slow");
        resolve();
      }, STALL_MS);
      sink.onceDrained(() => {
        stall.cancel();
        resolve();
      });
    });
  }
}
