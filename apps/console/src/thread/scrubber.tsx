import { ChevronUp, Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { memo, useMemo, useRef } from "react";
import type { PointerEvent } from "react";
import type { ThreadView } from "@throughline/protocol";
import { useShortcuts } from "../app/shortcuts.ts";
import { runSegments, workSegments } from "../history/track.ts";
import type { Segment } from "../history/track.ts";
import type { History } from "../history/use-history.ts";
import type { Rewind } from "../history/use-rewind.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { whole } from "../ui/format.ts";
import { Tooltip } from "../ui/tooltip.tsx";

interface ScrubberProps {
  /** The thread as it is now. */
  readonly live: ThreadView;
  readonly history: History;
  readonly rewind: Rewind;
  /** Absent where the drawer is a page of its own. */
  readonly drawer?: { readonly isOpen: boolean; readonly onToggle: () => void };
}

/** Keys go this far. */
const LEAP = 100;

/** The line again, as all that has happened: drag along it, and chat, chart and plan go with it. */
export function Scrubber({ live, history, rewind, drawer }: ScrubberProps) {
  const { position, isPlaying, seek, step, toLive, play } = rewind;
  const head = live.lastSeq;
  const at = position ?? head;
  useShortcuts({
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    "Shift+ArrowLeft": () => step(-LEAP),
    "Shift+ArrowRight": () => step(LEAP),
    Space: play,
    ...(position !== null && { Escape: toLive }),
  });
  return (
    <section
      aria-label="History"
      data-testid="scrubber"
      className="flex h-12 shrink-0 items-center gap-1 border-t border-hairline bg-surface px-2 md:px-3"
    >
      <span className="flex items-center max-md:hidden">
        <Step label="One event back (←)" onClick={() => step(-1)} isDisabled={at === 0}>
          <SkipBack aria-hidden className="size-3.5!" />
        </Step>
        <Step label={isPlaying ? "Hold (Space)" : "Play from here (Space)"} onClick={play} isDisabled={head === 0}>
          {isPlaying ? <Pause aria-hidden className="size-3.5!" /> : <Play aria-hidden className="size-3.5!" />}
        </Step>
        <Step label="One event forth (→)" onClick={() => step(1)} isDisabled={position === null}>
          <SkipForward aria-hidden className="size-3.5!" />
        </Step>
      </span>
      <Track live={live} history={history} at={at} isLive={position === null} seek={seek} step={step} />
      {position === null ? (
        <span className="w-17 text-center text-xs font-medium text-quiet" data-testid="at-live">
          {live.status === "running" ? "live" : "latest"}
        </span>
      ) : (
        <Button size="small" onClick={toLive} className="text-signal" aria-label="Back to live">
          live <span aria-hidden>▸</span>
        </Button>
      )}
      <span
        className="nums w-28 text-right font-mono text-xs whitespace-nowrap text-quiet max-md:w-auto"
        data-testid="seq"
      >
        <span className="max-md:sr-only">seq </span>
        <span className={cn(position !== null && "text-amber")}>{whole(at)}</span>
        <span className="max-md:hidden"> / {whole(head)}</span>
      </span>
      {drawer !== undefined && (
        <Button
          tone="ghost"
          size="small"
          aria-expanded={drawer.isOpen}
          onClick={drawer.onToggle}
          className="ml-2 max-md:hidden"
        >
          <ChevronUp aria-hidden className={cn("size-3.5! transition-transform", drawer.isOpen && "rotate-180")} />
          events
        </Button>
      )}
    </section>
  );
}

interface StepProps {
  readonly label: string;
  readonly isDisabled: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Step({ label, isDisabled, onClick, children }: StepProps) {
  return (
    <Tooltip side="top" content={label}>
      <Button tone="ghost" size="icon" aria-label={label} disabled={isDisabled} onClick={onClick} className="size-7">
        {children}
      </Button>
    </Tooltip>
  );
}

interface TrackProps {
  readonly live: ThreadView;
  readonly history: History;
  readonly at: number;
  readonly isLive: boolean;
  readonly seek: (seq: number) => void;
  readonly step: (by: number) => void;
}

function Track({ live, history, at, isLive, seek, step }: TrackProps) {
  const box = useRef<HTMLDivElement>(null);
  const head = live.lastSeq;
  const seekTo = (event: PointerEvent): void => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    seek(Math.round((Math.min(width, Math.max(0, event.clientX - left)) / width) * head));
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => step(-1),
    ArrowDown: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => step(1),
    PageDown: () => step(-LEAP),
    PageUp: () => step(LEAP),
    Home: () => seek(0),
    End: () => seek(head),
  };
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Position in the thread"
      aria-valuemin={0}
      aria-valuemax={head}
      aria-valuenow={at}
      aria-valuetext={isLive ? `Live, at event ${whole(at)}` : `Event ${whole(at)} of ${whole(head)}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seekTo(event)}
      onKeyDown={(event) => {
        const act = event.shiftKey && event.key.startsWith("Arrow") ? leap(event.key, step) : keys[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      }}
      className="relative mx-3 h-8 min-w-0 flex-1 cursor-ew-resize touch-none rounded-control select-none"
    >
      <Segments live={live} history={history} />
      <span aria-hidden className="absolute inset-y-1 w-px bg-ink/40" style={{ left: percent(at, head) }} />
      <span
        aria-hidden
        className={cn(
          "absolute top-1/2 size-3 -translate-x-1/2 -translate-y-1/2 rounded-full border-2 border-surface",
          isLive ? "bg-signal" : "bg-amber",
          isLive && live.status === "running" && "animate-pulse",
        )}
        style={{ left: percent(at, head) }}
      />
    </div>
  );
}

function leap(key: string, step: (by: number) => void): () => void {
  return () => step(key === "ArrowLeft" || key === "ArrowDown" ? -LEAP : LEAP);
}

/** Redrawn when something happens, and not while one drags. */
const Segments = memo(
  function Segments({ live, history }: { readonly live: ThreadView; readonly history: History }) {
    const head = live.lastSeq;
    const { events, length } = history;
    const runs = useMemo(() => runSegments(live.runs, head), [live.runs, head]);
    // The events' list grows in place: its length says when.
    const work = useMemo(() => workSegments(events.slice(0, length)), [events, length]);
    return (
      <>
        {runs.map((run) => (
          <span
            key={run.from}
            aria-hidden
            className={cn("absolute top-1/2 h-px min-w-px", LINE[run.status ?? "completed"])}
            style={place(run, head)}
          />
        ))}
        {work.map((part) => (
          <span
            key={`${part.kind} ${part.from}`}
            aria-hidden
            className={cn(
              "absolute h-1 min-w-0.5 rounded-full",
              part.kind === "text" ? "top-[14px] bg-signal/55" : "top-[21px] bg-strong-line/70",
            )}
            style={place(part, head)}
          />
        ))}
      </>
    );
  },
  (before, after) => before.live === after.live && before.history.length === after.history.length,
);

const LINE: Readonly<Record<string, string>> = {
  running: "bg-signal",
  paused: "bg-amber",
  waiting: "bg-violet",
  completed: "bg-strong-line",
  cancelled: "bg-strong-line",
  failed: "bg-red",
};

function place({ from, to }: Segment, head: number): { left: string; width: string } {
  return { left: percent(from - 1, head), width: percent(to - from + 1, head) };
}

function percent(seq: number, head: number): string {
  return `${((seq / Math.max(1, head)) * 100).toFixed(3)}%`;
}
