import { useNow } from "@throughline/react";
import { browserClock } from "../app/system.ts";
import { exactTime, relativeTime } from "./format.ts";
import { Tooltip } from "./tooltip.tsx";

/** A time that ticks; exact on hover. */
export function RelativeTime({ at }: { readonly at: number }) {
  const now = useNow(10_000) ?? browserClock.now();
  return (
    <Tooltip content={exactTime(at)}>
      <time dateTime={new Date(at).toISOString()} className="nums">
        {relativeTime(at, now)}
      </time>
    </Tooltip>
  );
}
