import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import type { ThreadEvent } from "@throughline/protocol";
import { kindOf, summaryOf } from "../history/describe.ts";
import type { Kind } from "../history/describe.ts";
import { cn } from "../ui/cn.ts";
import { clockTime, whole } from "../ui/format.ts";

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
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  useFollowEnd(events, position, selected, (index) => rows.scrollToIndex(index, { align: "auto" }));
  const at = events.findIndex(({ seq }) => seq === selected);
  const go = (index: number): void => {
    const event = events[Math.min(events.length - 1, Math.max(0, index))];
    if (event === undefined) return;
    onSelect(event.seq);
    rows.scrollToIndex(events.indexOf(event), { align: "auto" });
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
      className="h-full overflow-auto font-mono text-xs -outline-offset-2"
    >
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const event = events[index];
          if (event === undefined) return null;
          return (
            <Row
              key={event.seq}
              event={event}
              top={start}
              isSelected={event.seq === selected}
              isBehind={position !== null && event.seq > position}
              isHere={event.seq === position}
              onSelect={() => onSelect(event.seq)}
              onSeek={() => onSeek(event.seq)}
            />
          );
        })}
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

/** Shows the newest event while nothing is looked into, and the event one rewinds to. */
function useFollowEnd(
  events: readonly ThreadEvent[],
  position: number | null,
  selected: number | null,
  show: (index: number) => void,
): void {
  const length = events.length;
  useEffect(() => {
    if (position === null && selected === null && length > 0) show(length - 1);
    // What is shown follows these alone.
  }, [length, position, selected]);
  useEffect(() => {
    if (position === null) return;
    const index = events.findIndex(({ seq }) => seq >= position);
    if (index >= 0) show(index);
  }, [position]);
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
