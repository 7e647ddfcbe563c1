import { Bot, Flag, MessageSquareText, Timer, Wrench } from "lucide-react";
import { useMemo } from "react";
import type { LucideIcon } from "lucide-react";
import { foldTextSpan, type TextSpans } from "@throughline/client/text-spans";
import type { ThreadEvent, ThreadView } from "@throughline/protocol";
import type { History } from "../history/use-history.ts";
import { cn } from "../ui/cn.ts";
import { duration } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { ticks, timeline } from "./timeline-model.ts";
import type { Bar } from "./timeline-model.ts";

interface TimelineProps {
  /** The thread at the position that is shown; its newest run is laid out. */
  readonly view: ThreadView;
  readonly history: History;
  /** The run's time, in ms since the epoch. */
  readonly now: number;
}

const NONE: TextSpans = [];

function foldSpan(spans: TextSpans, { event }: ThreadEvent): TextSpans {
  return foldTextSpan(spans, event);
}

/** When everything in a run took place: a row for each agent, step, tool call and text. */
export function Timeline({ view, history, now }: TimelineProps) {
  const { events, length: loaded } = history;
  const from = (view.runs.at(-1)?.startSeq ?? 1) - 1;
  const to = Math.min(view.lastSeq, loaded);
  const spans = useMemo(() => events.slice(from, to).reduce(foldSpan, NONE), [events, from, to]);
  const model = useMemo(() => timeline(view, spans, now), [view, spans, now]);
  if (model === null || model.bars.length === 0) {
    return (
      <div className="grid h-full place-items-center">
        <Notice icon={<Timer />} title="Nothing has taken any time yet">
          What agents do in a run stands here, each from its beginning to its end.
        </Notice>
      </div>
    );
  }
  const { length, bars } = model;
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Timeline of ${duration(length)}`}
      data-testid="timeline"
      className="h-full overflow-y-auto -outline-offset-2"
    >
      <div aria-hidden className="sticky top-0 z-10 flex h-6 bg-surface text-[11px] text-quiet">
        <span className={LABEL} />
        <span className="relative mr-20 flex-1">
          {ticks(length, 6).map((at) => (
            <span
              key={at}
              className="nums absolute top-1 -translate-x-1/2 whitespace-nowrap"
              style={{ left: percent(at, length) }}
            >
              {duration(at).replace(".0 s", " s")}
            </span>
          ))}
        </span>
      </div>
      <ul>
        {bars.map((bar) => (
          <Row key={`${bar.kind} ${bar.id}`} bar={bar} length={length} />
        ))}
      </ul>
    </div>
  );
}

const LABEL = "w-56 shrink-0 max-md:w-36";
const ICONS: Readonly<Record<Bar["kind"], LucideIcon>> = {
  agent: Bot,
  step: Flag,
  tool: Wrench,
  text: MessageSquareText,
};

function Row({ bar: { kind, label, hue, state, from, to }, length }: { readonly bar: Bar; readonly length: number }) {
  const Icon = ICONS[kind];
  return (
    <li data-hue={hue ?? undefined} className="flex h-6 items-center text-xs hover:bg-sunken">
      <span className={cn(LABEL, "flex items-center gap-2 truncate pl-3", kind !== "agent" && "text-quiet")}>
        <Icon role="img" aria-label={kind} className="size-3.5 shrink-0 text-quiet" />
        <span className={cn("truncate", kind === "agent" && "font-medium", kind === "tool" && "font-mono")}>
          {label}
        </span>
      </span>
      <span className="relative h-full flex-1">
        <span
          aria-hidden
          className={cn(
            "absolute top-1/2 h-1.5 min-w-0.5 -translate-y-1/2 rounded-full",
            hue === null ? "bg-signal" : "bg-agent",
            kind === "agent" && "h-0.5",
            state === "failed" && "opacity-50",
            state === "open" && "animate-pulse",
          )}
          style={{ left: percent(from, length), width: percent(to - from, length) }}
        />
      </span>
      <span className="nums w-20 pr-3 text-right text-quiet">{duration(to - from)}</span>
    </li>
  );
}

function percent(at: number, length: number): string {
  return `${((at / length) * 100).toFixed(3)}%`;
}
