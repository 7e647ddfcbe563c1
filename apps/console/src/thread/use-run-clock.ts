import { useEffect, useState } from "react";

const EVERY_MS = 100;

/**
 * The run's own time, in ms since the epoch: the newest time the thread tells of, moving on by this
 * machine's clock in between. So a clock that is set differently here than on the server does no harm.
 *
 * @param told the newest time the thread tells of
 * @param isActive stands still when not
 */
export function useRunClock(told: number, isActive: boolean): number {
  const [now, setNow] = useState(told);
  useEffect(() => {
    setNow(told);
    if (!isActive) return;
    const begun = performance.now();
    const timer = setInterval(() => setNow(told + performance.now() - begun), EVERY_MS);
    return () => clearInterval(timer);
  }, [told, isActive]);
  return Math.max(now, told);
}
