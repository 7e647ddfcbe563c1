import { defaultApplyEvents, type AbstractAgent } from "@ag-ui/client";
import type { BaseEvent, RunAgentInput } from "@ag-ui/core";
import fc from "fast-check";
import { from, lastValueFrom, scan } from "rxjs";
import { expect, test, vi } from "vitest";
import { emptyView, EventType, reduceAll, type AguiEvent, type Message, type ThreadEvent } from "../src/index.ts";
import { THREAD } from "./support/events.ts";
import { thread } from "./support/threads.ts";

interface Applied {
  readonly messages?: Message[];
  readonly state?: unknown;
}

/** What the official client makes of the events. */
async function officiallyApplied(events: readonly ThreadEvent[]): Promise<Required<Applied>> {
  const start: Required<Applied> = { messages: [], state: {} };
  const input: RunAgentInput = { threadId: THREAD, runId: "r", state: {}, messages: [], tools: [], context: [] };
  const agent = { messages: [], pendingInterrupts: [] } as unknown as AbstractAgent;
  const source = from(events.map(({ event }) => event as unknown as BaseEvent));
  const mutations = defaultApplyEvents(input, source, agent, []).pipe(
    scan((all, mutation) => ({ ...all, ...(mutation as Applied) }), start),
  );
  return lastValueFrom(mutations, { defaultValue: start });
}

/**
 * The official client finds the first message of an id and we the newest. That differs only where a
 * producer uses an id twice, so here each kind of thing has ids of its own. And it takes an operation
 * inside a bare value for done, where RFC 6902 does not, so here a state is never one.
 */
function withOwnIds({ seq, event }: ThreadEvent): ThreadEvent {
  const named = structuredClone(event) as AguiEvent & {
    messageId?: string;
    toolCallId?: string;
    parentMessageId?: string;
  };
  if (named.messageId !== undefined) named.messageId = `${prefixOf(event.type, seq)}-${named.messageId}`;
  if (named.toolCallId !== undefined) named.toolCallId = `call-${named.toolCallId}`;
  if (named.parentMessageId !== undefined) named.parentMessageId = `text-${named.parentMessageId}`;
  if (named.type === EventType.REASONING_ENCRYPTED_VALUE) {
    named.entityId = `${named.subtype === "message" ? "text" : "call"}-${named.entityId}`;
  }
  if (named.type === EventType.STATE_SNAPSHOT && !isObject(named.snapshot)) named.snapshot = { x: named.snapshot };
  if (named.type === EventType.MESSAGES_SNAPSHOT) named.messages.forEach((message) => rename(message, true));
  if (named.type === EventType.RUN_STARTED) named.input?.messages.forEach((message) => rename(message, false));
  return { seq, event: named };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function prefixOf(type: EventType, seq: number): string {
  if (type === EventType.TOOL_CALL_RESULT) return `result${seq}`;
  if (type.startsWith("ACTIVITY")) return "activity";
  return type.startsWith("REASONING") ? "thought" : "text";
}

/** Only a snapshot, which replaces what was there, may carry calls that were streamed before. */
function rename(message: Message, withCalls: boolean): void {
  if (message.role === "assistant" && message.toolCalls !== undefined) {
    const [call] = message.toolCalls;
    message.toolCalls = call === undefined || !withCalls ? [] : [{ ...call, id: `call-${message.id}` }];
  }
  if (message.role === "tool") message.toolCallId = `call-${message.toolCallId}`;
  const prefix: Partial<Record<Message["role"], string>> = {
    reasoning: "thought",
    activity: "activity",
    tool: "result",
  };
  message.id = `${prefix[message.role] ?? "text"}-${message.id}`;
}

test("messages and state are what the official client makes of the same events", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const pools = { ids: ["a", "b", "c"], owners: [undefined, "s1"] };
  try {
    await fc.assert(
      fc.asyncProperty(thread({ pools, size: 40 }), async (events) => {
        const named = events.map(withOwnIds);
        const view = reduceAll(emptyView(THREAD), named);
        const official = await officiallyApplied(named);
        expect(view.messages).toEqual(official.messages);
        expect(view.state).toEqual(official.state);
      }),
      { numRuns: 400 },
    );
  } finally {
    warn.mockRestore();
  }
});
