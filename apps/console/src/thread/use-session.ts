import { useEffect, useMemo } from "react";
import { useServices } from "../app/services.ts";
import { useStore } from "../app/use-store.ts";
import { linkOfFeed } from "../live/link.ts";
import type { Link } from "../live/link.ts";
import type { Outgoing } from "../live/outbox.ts";
import type { Feed } from "../live/thread-feed.ts";
import type { ThreadSession } from "../live/thread-session.ts";

export interface Watched {
  readonly session: ThreadSession;
  readonly feed: Feed;
  readonly link: Link;
  readonly outgoing: readonly Outgoing[];
}

/** Follows a thread while mounted. */
export function useSession(threadId: string): Watched {
  const { sessions } = useServices();
  const session = sessions.get(threadId);
  const feed = useStore(session.live.feed);
  const outgoing = useStore(session.outbox.items);
  useEffect(() => {
    session.open();
    const nudge = (): void => {
      if (document.visibilityState === "visible") session.live.nudge();
    };
    window.addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    return () => {
      window.removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
      session.close();
    };
  }, [session]);
  return { session, feed, link: useMemo(() => linkOfFeed(feed), [feed]), outgoing };
}
