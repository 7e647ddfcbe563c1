import type { Clock } from "@throughline/protocol";
import type { Carrier } from "./carrier.ts";

/** Above this a client gets no further view until it has taken what it was given (N27). */
const MAX_BUFFERED = 1024 * 1024;
/** A client that takes nothing for this long is sent away. */
const STALL_MS = 30_000;

/** Resolves when the client can be given a view, which may be large, has been sent away, or is `gone`. */
export async function room({ sink, atOnce }: Carrier, clock: Clock, gone: AbortSignal): Promise<void> {
  let stalled = false;
  while (atOnce !== true && !stalled && !gone.aborted && sink.buffered > MAX_BUFFERED) {
    await new Promise<void>((resolve) => {
      const stall = clock.setTimeout(() => {
        stalled = true;
        sink.end("slow");
        done();
      }, STALL_MS);
      const done = (): void => {
        stall.cancel();
        gone.removeEventListener("abort", done);
        resolve();
      };
      gone.addEventListener("abort", done);
      sink.onceDrained(done);
    });
  }
}
