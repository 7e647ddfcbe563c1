import { useEffect } from "react";
import type { KeyboardEvent } from "react";
import type { ThreadEvent } from "@throughline/protocol";
import { kindOf, summaryOf } from "../history/describe.ts";
import type { Kind } from "../history/describe.ts";
import { cn } from "../ui/cn.ts";
import { clockTime, whole } from "../ui/format.ts";
import { useRows } from "../ui/use-rows.ts";

interface EventListProps {
  readonly events: readonly ThreadEvent[];
  /** Where the page has been rewound to; null = live. */
  readonly position: number | null;
  /** The seq that is looked into. */
  readonly selected: number | null;
  readonly onSelect: (seq: number) => void;
  readonly onSeek: (seq: number) => void;
}

const ROW_PX = 26;

const DOTS: Readonly<Record<Kind, string>> = {
  run: "bg-ink",
  text: "bg-signal",
  tool: "bg-strong-line",
  step: "bg-violet",
  chart: "bg-amber",
  state: "bg-green",
  other: "bg-hairline",
};

/** The events as rows, of which only those in view exist. j, k and the arrows go along; Enter rewinds to one. */
export function EventList({ events, position, selected, onSelect, onSeek }: EventListProps) {
  const { box, onScroll, from, to, show } = useRows(events.length, ROW_PX);
  const goal = position === null ? (selected === null ? events.length - 1 : null) : indexOf(events, position);
  // The newest event is shown while nothing is looked into, and the one that the page was rewound to.
  useEffect(() => {
    if (goal !== null && goal >= 0) show(goal);
  }, [goal, show]);
  const at = selected === null ? -1 : events.findIndex(({ seq }) => seq === selected);
  const go = (index: number): void => {
    const event = events[Math.min(events.length - 1, Math.max(0, index))];
    if (event === undefined) return;
    onSelect(event.seq);
    show(events.indexOf(event));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keyAction(event.key, { at, last: events.length - 1, go });
    if (event.key === "Enter" && selected !== null) onSeek(selected);
    else if (act === undefined) return;
    else act();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label="Events"
      aria-activedescendant={selected === null ? undefined : `event-${selected}`}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      className="h-full overflow-auto font-mono text-xs -outline-offset-2"
    >
      <div className="relative" style={{ height: events.length * ROW_PX }}>
        {events.slice(from, to).map((event, index) => (
          <Row
            key={event.seq}
            event={event}
            top={(from + index) * ROW_PX}
            isSelected={event.seq === selected}
            isBehind={position !== null && event.seq > position}
            isHere={event.seq === position}
            onSelect={() => onSelect(event.seq)}
            onSeek={() => onSeek(event.seq)}
          />
        ))}
      </div>
    </div>
  );
}

interface Keys {
  readonly at: number;
  readonly last: number;
  readonly go: (index: number) => void;
}

function keyAction(key: string, { at, last, go }: Keys): (() => void) | undefined {
  switch (key) {
    case "j":
    case "ArrowDown":
      return () => go(at + 1);
    case "k":
    case "ArrowUp":
      return () => go(at < 0 ? last : at - 1);
    case "Home":
      return () => go(0);
    case "End":
      return () => go(last);
    default:
      return undefined;
  }
}

/** Of the event at a position, or of the first behind it where that one is filtered out; events are in order. */
function indexOf(events: readonly ThreadEvent[], seq: number): number {
  let low = 0;
  let high = events.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((events[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface RowProps {
  readonly event: ThreadEvent;
  /** In px from the list's top. */
  readonly top: number;
  readonly isSelected: boolean;
  /** It lies in the future of what is shown. */
  readonly isBehind: boolean;
  readonly isHere: boolean;
  readonly onSelect: () => void;
  readonly onSeek: () => void;
}

function Row({ event: { seq, event }, top, isSelected, isBehind, isHere, onSelect, onSeek }: RowProps) {
  return (
    <div
      id={`event-${seq}`}
      role="option"
      aria-selected={isSelected}
      onClick={onSelect}
      onDoubleClick={onSeek}
      className={cn(
        "nums absolute inset-x-0 flex cursor-default items-center gap-3 px-3 whitespace-nowrap hover:bg-sunken",
        isSelected && "bg-signal-soft hover:bg-signal-soft",
        isHere && "shadow-[inset_2px_0_0_var(--amber)]",
      )}
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
    >
      <span className="w-12 shrink-0 text-right text-quiet">{whole(seq)}</span>
      <span className="shrink-0 text-quiet max-md:hidden">
        {event.timestamp === undefined ? "–" : clockTime(event.timestamp)}
      </span>
      <span
        aria-hidden
        className={cn("size-1.5 shrink-0 rounded-full", DOTS[kindOf(event)], isBehind && "opacity-30")}
      />
      <span className={cn("w-52 shrink-0 truncate max-md:w-40", isBehind && "text-quiet")}>{event.type}</span>
      <span className="min-w-0 flex-1 truncate text-quiet">{summaryOf(event).slice(0, 300)}</span>
    </div>
  );
}
