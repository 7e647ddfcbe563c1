import { useMemo } from "react";
import type { CSSProperties } from "react";
import type { RunView, ThreadView } from "@throughline/protocol";
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
  const model = useMemo(() => timeline(view, spans, now), [view, spans, now]);
  if (model === null) return null;
  const { run, earlier, length, agents, tools, texts } = model;
  const isActive = run.endSeq === null;
  return (
    <section
      aria-label={`Timeline: ${duration(length)}, ${agents.length} agents, ${tools.length} tool calls, ${texts.length} texts`}
      data-testid="timeline"
      className="flex h-22 shrink-0 items-stretch gap-3 border-t border-hairline bg-surface px-4 max-md:h-14"
    >
      <div aria-hidden className="relative w-10 shrink-0 text-xs text-quiet max-md:hidden">
        <span className="absolute top-3">agents</span>
        <span className="absolute top-9">text</span>
        <span className="absolute top-15">tools</span>
      </div>
      <Stubs runs={earlier.slice(-EARLIER)} hidden={Math.max(0, earlier.length - EARLIER)} />
      <div className="relative min-w-0 flex-1" aria-hidden>
        {ticks(length, 6).map((at) => (
          <span key={at} className="absolute inset-y-0 border-l border-hairline/70" style={{ left: percent(at, length) }}>
            <span className="nums absolute right-1 bottom-0.5 text-[11px] leading-4 text-quiet">{duration(at).replace(".0 s", " s")}</span>
          </span>
        ))}
        <Lane bars={agents} length={length} top="top-4.5 max-md:top-2" bar="h-1" />
        <span className={cn("absolute top-11.25 left-0 h-px w-full max-md:top-5.25", LINE[run.status])} />
        <Lane bars={texts} length={length} top="top-10.75 max-md:top-4.75" bar="h-1.5" />
        <Lane bars={tools} length={length} top="top-16.5 max-md:top-8" bar="h-1.5 rounded-xs" />
        <span
          className={cn(
            "absolute top-11.25 right-0 size-2 translate-x-1/2 -translate-y-1/2 rounded-full max-md:top-5.25",
            LINE[run.status],
            isActive && "animate-pulse",
          )}
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
          <span aria-hidden className={cn("absolute top-11.25 h-px w-full", LINE[run.status])} />
          <span aria-hidden className={cn("absolute top-11.25 right-0 size-1.5 -translate-y-1/2 rounded-full", LINE[run.status])} />
        </li>
      ))}
    </ol>
  );
}

function Lane({ bars, length, top, bar }: { readonly bars: readonly Bar[]; readonly length: number; readonly top: string; readonly bar: string }) {
  return (
    <>
      {bars.map((item) => (
        <span
          key={item.id}
          title={`${item.label} · ${duration(item.to - item.from)}`}
          data-hue={item.hue ?? undefined}
          data-state={item.state}
          className={cn("absolute min-w-1 rounded-full", item.hue === null ? "bg-signal" : "bg-agent", item.state === "failed" && "opacity-50", top, bar)}
          style={place(item, length)}
        />
      ))}
    </>
  );
}

function place(bar: Bar, length: number): CSSProperties {
  return { left: percent(bar.from, length), width: percent(bar.to - bar.from, length) };
}

function percent(at: number, length: number): string {
  return `${((at / length) * 100).toFixed(3)}%`;
}
