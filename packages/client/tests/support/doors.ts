import type { TestServer } from "@throughline/testing";
import type { ClientSystem, Transport, WebSocketClass, WebSocketLike } from "../../src/index.ts";
// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
import "../../src/carriers/http-carriers.ts";

/** A network that lets only some transports through. */
export interface Doors {
  readonly open: Set<Transport>;
  readonly system: Pick<ClientSystem, "fetch" | "WebSocket">;
}

export function doorsOf(server: TestServer, open: readonly Transport[]): Doors {
  const allowed = new Set(open);
  const Real = server.WebSocket as unknown as WebSocketClass;
  const WebSocket = function (url: string, protocols?: string | string[]): WebSocketLike {
    if (!allowed.has("websocket")) throw new Error("A proxy lets no upgrade through.");
    return new Real(url, protocols);
  } as unknown as WebSocketClass;
  return {
    open: allowed,
    system: {
      WebSocket,
      fetch: (url, init) => {
        const isStream = new Headers(init?.headers).get("accept") === "text/event-stream";
        if (isStream && !allowed.has("sse")) return Promise.resolve(page());
        const isPoll = url.endsWith("/follow") && !isStream;
        if (isPoll && !allowed.has("long-poll")) return Promise.reject(new TypeError("fetch failed"));
        return server.fetch(url, init);
      },
    },
  };
}

/** What a proxy that knows no event streams may answer. */
function page(): Response {
  return new Response("<p>Please wait</p>", { headers: { "content-type": "text/html" } });
}
