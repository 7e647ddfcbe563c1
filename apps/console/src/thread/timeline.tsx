import { useMemo } from "react";
import type { RunView, ThreadView } from "@throughline/protocol";
import { useMediaQuery } from "../app/use-media-query.ts";
import type { TextSpans } from "../live/text-spans.ts";
import { cn } from "../ui/cn.ts";
import { duration, whole } from "../ui/format.ts";
import { ticks, timeline } from "./timeline-model.ts";
import type { Bar } from "./timeline-model.ts";

interface TimelineProps {
  readonly view: ThreadView;
  readonly spans: TextSpans;
  /** The run's time, in ms since the epoch. */
  readonly now: number;
}

/** How many runs before the newest are shown as stubs of the line. */
const EARLIER = 5;

/** The line again, as the run's time: agents above it, their texts on it, tools below. */
export function Timeline({ view, spans, now }: TimelineProps) {
  const isNarrow = useMediaQuery("(max-width: 759px)");
  const model = useMemo(() => timeline(view, spans, now), [view, spans, now]);
  if (model === null) return null;
  const { run, earlier, length, agents, tools, texts } = model;
  const isActive = run.endSeq === null;
  const middle = isNarrow ? 28 : 40;
  return (
    <section
      aria-label={`Timeline: ${duration(length)}, ${agents.length} agents, ${tools.length} tool calls, ${texts.length} texts`}
      data-testid="timeline"
      className="flex h-26 shrink-0 items-stretch gap-3 border-t border-hairline bg-surface px-4 max-md:h-14"
    >
      <div aria-hidden className="relative w-10 shrink-0 text-xs text-quiet max-md:hidden">
        <span className="absolute top-2">agents</span>
        <span className="absolute top-8">text</span>
        <span className="absolute top-14">tools</span>
      </div>
      <Stubs runs={earlier.slice(-EARLIER)} hidden={Math.max(0, earlier.length - EARLIER)} />
      <div className="relative min-w-0 flex-1" aria-hidden>
        {ticks(length, 6).map((at) => (
          <span
            key={at}
            className="absolute inset-y-0 border-l border-hairline/60 max-md:hidden"
            style={{ left: percent(at, length) }}
          >
            <span className="nums absolute right-1 bottom-1 text-[11px] leading-4 whitespace-nowrap text-quiet">
              {duration(at).replace(".0 s", " s")}
            </span>
          </span>
        ))}
        <Lane bars={agents} length={length} top={isNarrow ? 8 : 13} height={3} rows={3} />
        <span className={cn("absolute left-0 h-px w-full", LINE[run.status])} style={{ top: middle }} />
        <Lane bars={texts} length={length} top={middle - 2} height={5} rows={1} />
        <Lane bars={tools} length={length} top={isNarrow ? 40 : 61} height={5} rows={2} />
        <span
          className={cn(
            "absolute right-0 size-2 translate-x-1/2 -translate-y-1/2 rounded-full",
            LINE[run.status],
            isActive && "animate-pulse",
          )}
          style={{ top: middle + 0.5 }}
        />
      </div>
      <dl className="nums flex w-24 shrink-0 flex-col justify-center text-right text-xs max-md:w-16">
        <dt className="sr-only">Time</dt>
        <dd className="font-medium">{duration(length)}</dd>
        <dt className="sr-only">Position</dt>
        <dd className="text-quiet" title={`Event ${whole(view.lastSeq)} of the thread`}>
          seq {whole(view.lastSeq)}
        </dd>
      </dl>
    </section>
  );
}

const LINE: Record<RunView["status"], string> = {
  running: "bg-signal",
  paused: "bg-amber",
  waiting: "bg-violet",
  completed: "bg-strong-line",
  cancelled: "bg-strong-line",
  failed: "bg-red",
};

function Stubs({ runs, hidden }: { readonly runs: readonly RunView[]; readonly hidden: number }) {
  if (runs.length === 0) return null;
  return (
    <ol aria-label="Earlier runs" className="relative flex shrink-0 gap-1.5 max-md:hidden">
      {hidden > 0 && <li className="nums self-center text-xs text-quiet">+{hidden}</li>}
      {runs.map((run) => (
        <li
          key={run.runId}
          title={`${run.status}${run.startedAt !== null && run.endedAt !== null ? ` · ${duration(run.endedAt - run.startedAt)}` : ""}`}
          className="relative w-7"
        >
          <span className="sr-only">{run.status}</span>
          <span aria-hidden className={cn("absolute top-10 h-px w-full", LINE[run.status])} />
          <span
            aria-hidden
            className={cn("absolute top-10 right-0 size-1.5 -translate-y-1/2 rounded-full", LINE[run.status])}
          />
        </li>
      ))}
    </ol>
  );
}

interface LaneProps {
  readonly bars: readonly Bar[];
  readonly length: number;
  /** Of its first row, in px. */
  readonly top: number;
  /** Of a bar, in px. */
  readonly height: number;
  /** More at once share the last row. */
  readonly rows: number;
}

function Lane({ bars, length, top, height, rows }: LaneProps) {
  return (
    <>
      {bars.map((bar) => (
        <span
          key={bar.id}
          title={`${bar.label} · ${duration(bar.to - bar.from)}`}
          data-hue={bar.hue ?? undefined}
          className={cn(
            "absolute min-w-1 rounded-full",
            bar.hue === null ? "bg-signal" : "bg-agent",
            bar.state === "failed" && "opacity-50",
          )}
          style={{
            left: percent(bar.from, length),
            width: percent(bar.to - bar.from, length),
            top: top + Math.min(bar.row, rows - 1) * (height + 2),
            height,
          }}
        />
      ))}
    </>
  );
}

function percent(at: number, length: number): string {
  return `${((at / length) * 100).toFixed(3)}%`;
}
