import type { Failure } from "../server/failure.ts";
import type { Latency } from "./latency.ts";
import type { Feed } from "./thread-feed.ts";

/** The connection in the words of the page: what the line and the pill show. */
export type Link =
  | { readonly phase: "connecting" }
  | { readonly phase: "live" }
  /** The way is clear, and what happened meanwhile is coming in. */
  | { readonly phase: "catching-up"; readonly behind: number }
  | {
      readonly phase: "reconnecting";
      readonly attempt: number;
      /** When the next attempt is made, in ms since the epoch; null while one is under way. */
      readonly retryAt: number | null;
      /** Null when the server has not said how far it has got, as while it cannot be reached. */
      readonly behind: number | null;
    }
  | { readonly phase: "refused"; readonly failure: Failure };

/** The link of a page that follows a thread. */
export function linkOfFeed(feed: Feed): Link {
  const { connection, view } = feed;
  const behind = view === null ? 0 : Math.max(0, feed.head - view.lastSeq);
  switch (connection.phase) {
    case "live":
      return behind > 0 ? { phase: "catching-up", behind } : { phase: "live" };
    case "waiting":
      return {
        phase: "reconnecting",
        attempt: connection.attempt,
        retryAt: connection.retryAt,
        behind: behind || null,
      };
    case "opening":
    case "loading":
      if (view === null && connection.attempt === 0) return { phase: "connecting" };
      if (connection.attempt === 0 && connection.phase === "opening" && behind === 0) return { phase: "connecting" };
      return { phase: "reconnecting", attempt: connection.attempt, retryAt: null, behind: behind || null };
    case "refused":
      return { phase: "refused", failure: connection.failure };
    case "idle":
    case "stopped":
      return { phase: "connecting" };
  }
}

/** The link of a page that follows nothing: whether the server answers. */
export function linkOfLatency(latency: Latency): Link {
  if (latency.reachable === null) return { phase: "connecting" };
  return latency.reachable ? { phase: "live" } : { phase: "reconnecting", attempt: 1, retryAt: null, behind: null };
}

/** Whether the server can be asked for something. */
export function isReachable(link: Link): boolean {
  return link.phase === "live" || link.phase === "catching-up";
}
