import { platformSystem } from "@throughline/client";
import type { NetworkSystem, TabsChannel } from "../playground/faulty-network.ts";

/** The page's own clock, network and ids; everything else gets them handed in. */

const platform = platformSystem();

export const browserClock = platform.clock;

export const browserNetwork: NetworkSystem = { ...platform, tabs: openTabs("throughline.playground") };

/** To the other tabs of the origin; where the browser has no such thing, to nobody. */
function openTabs(name: string): TabsChannel {
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name);
  return {
    post: (message) => channel?.postMessage(message),
    listen: (listener) => channel?.addEventListener("message", ({ data }: MessageEvent<unknown>) => listener(data)),
  };
}

/** The id of a thread that begins on this page: short enough to be read, and some 60 random bits. */
export function newThreadId(): string {
  return `web-${platform.random.uuid().replaceAll("-", "").slice(0, 16)}`;
}
