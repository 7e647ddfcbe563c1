import { useEffect, useState } from "react";
import { useClock } from "./clock.ts";

/**
 * The time, in ms since the Unix epoch, renewed every so often; null during the first render, so that a
 * server and a browser render the same.
 *
 * @param everyMs null: it is not needed now
 */
export function useNow(everyMs: number | null): number | null {
  const clock = useClock();
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    if (everyMs === null) return;
    let timer = clock.setTimeout(tick, 0);
    function tick(): void {
      setNow(clock.now());
      timer = clock.setTimeout(tick, everyMs ?? 0);
    }
    return () => timer.cancel();
  }, [clock, everyMs]);
  return everyMs === null ? null : now;
}
