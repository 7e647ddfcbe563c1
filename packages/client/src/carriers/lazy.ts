import type { NativeClientFrame } from "@throughline/protocol";
import { lost } from "../connection/failure.ts";
import type { Carrier, Opener, Transport } from "./carrier.ts";
import type * as http from "./http-carriers.ts";

/** What only pages need for which no WebSocket gets through: nine of ten never fetch it. */
export const loadHttp = (): Promise<typeof http> => import("./http-carriers.ts");

/** The carriers over HTTP, fetched when they are first needed. */
export function openHttp(transport: Exclude<Transport, "websocket">): Opener<NativeClientFrame> {
  return (context, host) => {
    let carrier: Carrier<NativeClientFrame> | undefined;
    let isOver = false;
    loadHttp().then(
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
