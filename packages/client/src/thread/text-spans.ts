import { EventType } from "@throughline/protocol";
import type { AguiEvent } from "@throughline/protocol";

/** When a text was being written. The view keeps texts but not their times, and the timeline needs them. */
export interface TextSpan {
  readonly messageId: string;
  readonly subagentRunId: string | null;
  /** Ms since the Unix epoch. */
  readonly startedAt: number;
  /** The last piece so far. */
  readonly endedAt: number;
  readonly open: boolean;
}

/** Spans of the newest run, in order of their start. */
export type TextSpans = readonly TextSpan[];

/** Folds one event in. A new run begins with none; events without a time leave no trace. */
export function foldTextSpan(spans: TextSpans, event: AguiEvent): TextSpans {
  const at = event.timestamp;
  switch (event.type) {
    case EventType.RUN_STARTED:
      return [];
    case EventType.RUN_FINISHED:
    case EventType.RUN_ERROR:
      return spans.some((span) => span.open) ? spans.map((span) => ({ ...span, open: false })) : spans;
    case EventType.TEXT_MESSAGE_START: {
      if (at === undefined) return spans;
      const subagentRunId = event.subagentRunId ?? null;
      return [...spans, { messageId: event.messageId, subagentRunId, startedAt: at, endedAt: at, open: true }];
    }
    case EventType.TEXT_MESSAGE_CONTENT:
      return at === undefined ? spans : update(spans, event.messageId, { endedAt: at });
    case EventType.TEXT_MESSAGE_END:
      return update(spans, event.messageId, { open: false, ...(at !== undefined && { endedAt: at }) });
    default:
      return spans;
  }
}

function update(spans: TextSpans, messageId: string, change: Partial<TextSpan>): TextSpans {
  const index = spans.findLastIndex((span) => span.messageId === messageId);
  const span = spans[index];
  return span === undefined ? spans : spans.with(index, { ...span, ...change });
}
