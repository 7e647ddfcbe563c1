import { useLayoutEffect, useState } from "react";

/** The time in ms since the epoch, renewed every `everyMs`; 0 stops it. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  // Before anything is painted: what it said when it stopped is old by the time it goes on.
  useLayoutEffect(() => {
    if (everyMs === 0) return;
    const renew = () => setNow(Date.now());
    renew();
    const timer = setInterval(renew, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
