import { EventType } from "@throughline/protocol";
import type { ThreadEvent } from "@throughline/protocol";

/** When a text was being written. A view keeps texts but not their times, and the timeline needs them. */
export interface TextSpan {
  readonly messageId: string;
  readonly subagentRunId: string | null;
  /** Ms since the Unix epoch. */
  readonly startedAt: number;
  /** The last piece so far. */
  readonly endedAt: number;
  readonly open: boolean;
}

/** In order of their start. */
export type TextSpans = readonly TextSpan[];

/** The spans of one run's events; events without a time leave no trace. */
export function textSpans(events: Iterable<ThreadEvent>): TextSpans {
  const spans = new Map<string, { -readonly [Key in keyof TextSpan]: TextSpan[Key] }>();
  for (const { event } of events) {
    const at = event.timestamp;
    switch (event.type) {
      case EventType.RUN_FINISHED:
      case EventType.RUN_ERROR:
        for (const span of spans.values()) span.open = false;
        break;
      case EventType.TEXT_MESSAGE_START: {
        if (at === undefined) break;
        const { messageId, subagentRunId = null } = event;
        spans.set(messageId, { messageId, subagentRunId, startedAt: at, endedAt: at, open: true });
        break;
      }
      case EventType.TEXT_MESSAGE_CONTENT:
      case EventType.TEXT_MESSAGE_END: {
        const span = spans.get(event.messageId);
        if (span === undefined) break;
        if (at !== undefined) span.endedAt = at;
        if (event.type === EventType.TEXT_MESSAGE_END) span.open = false;
        break;
      }
      default:
    }
  }
  return [...spans.values()];
}
