import { useLayoutEffect } from "react";
import type { Link } from "../live/link.ts";
import { useServices } from "./services.ts";

/** The thread that the page follows, as far as the header and the line show it. */
export interface Followed {
  readonly link: Link;
  /** Grows with each event that comes in. */
  readonly activity: number;
  /** Connects now. */
  readonly onRetry: () => void;
}

/** Shows this thread's connection in the header and on the line while mounted. */
export function useFollowed({ link, activity, onRetry }: Followed): void {
  const { followed } = useServices();
  useLayoutEffect(() => followed.set({ link, activity, onRetry }), [followed, link, activity, onRetry]);
  useLayoutEffect(() => () => followed.set(null), [followed]);
}
