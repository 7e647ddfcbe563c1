import type { NativeClientFrame } from "@throughline/protocol";
import { lost } from "../connection/failure.ts";
import type { Carrier, Opener, Transport } from "./carrier.ts";

/**
 * The carriers over HTTP, which are fetched when they are first needed: nine of ten pages never do.
 */
export function openHttp(transport: Exclude<Transport, "websocket">): Opener<NativeClientFrame> {
  return (context, host) => {
    let carrier: Carrier<NativeClientFrame> | undefined;
    let isOver = false;
    import("./http-carriers.ts").then(
      ({ openers }) => {
        if (!isOver) carrier = openers[transport](context, host);
      },
      (cause: unknown) => {
        if (!isOver) host.ended(lost(`The ${transport} carrier cannot be loaded.`, { cause }));
      },
    );
    return {
      transport,
      pings: false,
      send: (frame) => carrier?.send(frame),
      probe: (id) => carrier?.probe(id),
      close: () => {
        isOver = true;
        carrier?.close();
      },
    };
  };
}
