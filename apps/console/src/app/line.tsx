import { useEffect, useRef, useState } from "react";
import { plural } from "../ui/format.ts";
import type { Link } from "./link.ts";
import { useServices } from "./services.ts";
import { useLink } from "./use-link.ts";
import { useStore } from "./use-store.ts";

/** A pulse takes this long; a new one starts at the earliest when it is well on its way. */
const PULSE_EVERY_MS = 450;

/** The line under the header: it is the connection. */
export function Line() {
  const link = useLink();
  const activity = useStore(useServices().activity);
  const pulse = usePulse(activity, link.phase === "live" || link.phase === "catching-up");
  const label = labelOf(link);
  return (
    <div className="line" data-phase={link.phase} aria-hidden>
      <span className="line__left" />
      <span className="line__right" />
      {pulse > 0 && <span key={pulse} className="line__pulse" />}
      {label !== null && (
        <span
          className={`line__label ${link.phase === "catching-up" ? "text-signal" : link.phase === "refused" ? "text-red" : "text-amber"}`}
        >
          {label}
        </span>
      )}
    </div>
  );
}

function labelOf(link: Link): string | null {
  switch (link.phase) {
    case "connecting":
    case "live":
      return null;
    case "catching-up":
      return `${plural(link.behind, "event")} behind`;
    case "reconnecting":
      return link.behind === null ? "connection lost" : `${plural(link.behind, "event")} behind`;
    case "refused":
      return "not connected";
  }
}

/** The number of the pulse now under way; 0 for none yet. */
function usePulse(activity: number, isOpen: boolean): number {
  const [pulse, setPulse] = useState(0);
  const seen = useRef(activity);
  const last = useRef(0);
  useEffect(() => {
    if (activity === seen.current) return;
    seen.current = activity;
    const now = performance.now();
    if (!isOpen || now - last.current < PULSE_EVERY_MS) return;
    last.current = now;
    setPulse((count) => count + 1);
  }, [activity, isOpen]);
  return pulse;
}
