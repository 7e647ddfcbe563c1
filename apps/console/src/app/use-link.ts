import { useCallback } from "react";
import { linkOfLatency } from "../live/link.ts";
import type { Link } from "../live/link.ts";
import { useServices } from "./services.ts";
import { useStore } from "./use-store.ts";

interface ShownLink {
  readonly link: Link;
  readonly activity: number;
  /** Whether a thread is followed; else the link tells only whether the server answers. */
  readonly follows: boolean;
  readonly onRetry: () => void;
}

/** The connection as the header shows it: the followed thread's, or whether the server answers. */
export function useLink(): ShownLink {
  const { followed, probe } = useServices();
  const shown = useStore(followed);
  const latency = useStore(probe.latency);
  const measure = useCallback(() => probe.start(), [probe]);
  if (shown !== null) return { ...shown, follows: true };
  return { link: linkOfLatency(latency), activity: 0, follows: false, onRetry: measure };
}
