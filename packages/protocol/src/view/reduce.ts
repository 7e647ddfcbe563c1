import { EventType } from "@ag-ui/core";
import type { AguiEvent, ThreadEvent } from "../events.ts";
import { patchActivity, setActivity } from "./activities.ts";
import { applyCustom } from "./custom.ts";
import { Draft } from "./draft.ts";
import { replaceMessages } from "./history.ts";
import { trackItem } from "./items.ts";
import { patched } from "./json-patch.ts";
import {
  addToolResult,
  appendArgs,
  appendText,
  endMessage,
  endToolCall,
  setEncrypted,
  startMessage,
  startToolCall,
} from "./messages.ts";
import { failRun, finishRun, startRun } from "./runs.ts";
import { failSubagent, finishStep, finishSubagent, startStep, startSubagent } from "./team.ts";
import { noteArgs, noteCallEnd, noteResult, noteToolCall } from "./tools.ts";
import type { ThreadView } from "./view.ts";

/**
 * The view after one more event. Never changes the view it is given; what did not change is shared.
 *
 * An event at or before `view.lastSeq` is known already and leaves the view as it is, so a re-delivery
 * does no harm. Events must otherwise come in order and without a gap: that is the caller's part.
 */
export function reduce(view: ThreadView, at: ThreadEvent): ThreadView {
  if (at.seq <= view.lastSeq) return view;
  const draft = new Draft(view);
  apply(draft, at);
  return draft.view;
}

/** The view after all these events: what {@link reduce} gives one by one, much faster. */
export function reduceAll(view: ThreadView, events: Iterable<ThreadEvent>): ThreadView {
  const draft = new Draft(view);
  for (const at of events) {
    if (at.seq > draft.view.lastSeq) apply(draft, at);
  }
  return draft.view.lastSeq === view.lastSeq ? view : draft.view;
}

function apply(draft: Draft, { seq, event }: ThreadEvent): void {
  draft.view.lastSeq = seq;
  switch (event.type) {
    case EventType.TEXT_MESSAGE_CONTENT:
    case EventType.REASONING_MESSAGE_CONTENT:
      return appendText(draft, event);
    case EventType.TOOL_CALL_ARGS:
      appendArgs(draft, event);
      return noteArgs(draft, event);
    default:
      trackItem(draft, event);
      applyRare(draft, event, seq);
  }
}

function applyRare(draft: Draft, event: AguiEvent, seq: number): void {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START:
    case EventType.REASONING_MESSAGE_START:
      return startMessage(draft, event);
    case EventType.TEXT_MESSAGE_END:
    case EventType.REASONING_MESSAGE_END:
      return endMessage(draft, event);
    case EventType.TOOL_CALL_START:
      startToolCall(draft, event);
      return noteToolCall(draft, event, currentRun(draft));
    case EventType.TOOL_CALL_END:
      endToolCall(draft, event);
      return noteCallEnd(draft, event);
    case EventType.TOOL_CALL_RESULT:
      addToolResult(draft, event);
      return noteResult(draft, event.toolCallId, event.content, event.timestamp ?? null);
    case EventType.REASONING_ENCRYPTED_VALUE:
      return setEncrypted(draft, event);
    case EventType.MESSAGES_SNAPSHOT:
      return replaceMessages(draft, event);
    case EventType.ACTIVITY_SNAPSHOT:
      return setActivity(draft, event);
    case EventType.ACTIVITY_DELTA:
      return patchActivity(draft, event);
    case EventType.CUSTOM:
      return applyCustom(draft, event, seq);
    default:
      applyFrame(draft, event, seq);
  }
}

/** The events that frame the work: the run, its state, its team. What is not named changes nothing. */
function applyFrame(draft: Draft, event: AguiEvent, seq: number): void {
  switch (event.type) {
    case EventType.RUN_STARTED:
      return startRun(draft, event, seq);
    case EventType.RUN_FINISHED:
      return finishRun(draft, event, seq);
    case EventType.RUN_ERROR:
      return failRun(draft, event, seq);
    case EventType.STATE_SNAPSHOT:
      draft.view.state = event.snapshot;
      return;
    case EventType.STATE_DELTA:
      draft.view.state = (patched(draft.view.state, event.delta) ?? { document: draft.view.state }).document;
      return;
    case EventType.STEP_STARTED:
      return startStep(draft, event, currentRun(draft));
    case EventType.STEP_FINISHED:
      return finishStep(draft, event);
    case EventType.SUBAGENT_STARTED:
      return startSubagent(draft, event, currentRun(draft));
    case EventType.SUBAGENT_FINISHED:
      return finishSubagent(draft, event);
    case EventType.SUBAGENT_ERROR:
      return failSubagent(draft, event);
    default:
  }
}

function currentRun(draft: Draft): string {
  return draft.view.runs.at(-1)?.runId ?? "";
}
