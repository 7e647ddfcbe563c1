import fc from "fast-check";
import { EventType, type AguiEvent, type Message } from "../../src/index.ts";

/**
 * Events from pools of few ids, owners and names, so that in a random sequence they meet: the same id
 * opened twice, continued by a stranger, closed unopened. Valid streams are what a grammar lets through.
 */

export const THREAD = "thread-1";

export interface Pools {
  readonly ids: readonly string[];
  readonly owners: readonly (string | undefined)[];
}

const WIDE: Pools = { ids: ["a", "b", "c", ""], owners: [undefined, undefined, "s1", "s2", ""] };

/** Few ids and owners, so that even rare pairs of events meet. */
export const NARROW: Pools = { ids: ["a", "b"], owners: [undefined, "s1"] };

/** Options of an array whose length takes the whole range, where fast-check would keep it short. */
export const LONG = { maxLength: 40, size: "max" } as const;

export function runStarted(
  runId: string,
  input: Partial<NonNullable<Extract<AguiEvent, { type: EventType.RUN_STARTED }>["input"]>> = {},
): AguiEvent {
  return {
    type: EventType.RUN_STARTED,
    threadId: THREAD,
    runId,
    input: { threadId: THREAD, runId, messages: [], tools: [], context: [], ...input },
  };
}

export function runFinished(runId: string): AguiEvent {
  return { type: EventType.RUN_FINISHED, threadId: THREAD, runId, outcome: { type: "success" } };
}

/** Builds the event without the keys whose value is undefined: they are absent in JSON too. */
export function event(fields: { type: EventType } & Record<string, unknown>): AguiEvent {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as unknown as AguiEvent;
}

function record(type: EventType, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<AguiEvent> {
  return fc.record(fields).map((values) => event({ type, ...values }));
}

const text = fc.string({ maxLength: 6 });
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const metadata = fc.option(fc.dictionary(fc.constantFrom("k", "l"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }), {
  nil: undefined,
  freq: 4,
});
const timestamp = optional(fc.integer({ min: 0, max: 4_000_000_000_000 }));

export function messages(pools: Pools = WIDE): fc.Arbitrary<Message[]> {
  const id = fc.constantFrom(...pools.ids);
  const subagentRunId = fc.constantFrom(...pools.owners);
  const call = id.map((callId) => ({ id: callId, type: "function", function: { name: "tool", arguments: "{}" } }));
  const message = fc.oneof(
    fc.record({ id, role: fc.constantFrom("user", "developer", "system"), content: text, subagentRunId }),
    fc.record({
      id,
      role: fc.constant("assistant"),
      content: optional(text),
      subagentRunId,
      toolCalls: optional(fc.array(call, { maxLength: 2 })),
    }),
    fc.record({ id, role: fc.constant("tool"), content: text, toolCallId: id, subagentRunId }),
    fc.record({ id, role: fc.constant("reasoning"), content: text, subagentRunId }),
    fc.record({ id, role: fc.constant("activity"), activityType: text, content: fc.constant({ n: 1 }), subagentRunId }),
  );
  const clean = message.map((fields) => JSON.parse(JSON.stringify(fields)) as Message);
  return fc.uniqueArray(clean, { maxLength: 4, selector: (each) => each.id });
}

const patch = fc.array(
  fc.oneof(
    // Never a bare number: the official client takes an operation inside one for done, RFC 6902 does not.
    fc.record({
      op: fc.constantFrom("add", "replace"),
      path: fc.constant(""),
      value: fc.constant({ x: 1, list: [2] }),
    }),
    fc.record({
      op: fc.constantFrom("add", "replace", "test"),
      path: fc.constantFrom("/x", "/y", "/list/-", "/list/0"),
      value: fc.jsonValue({ maxDepth: 2 }),
    }),
    fc.record({ op: fc.constant("remove"), path: fc.constantFrom("/x", "/y", "/list/0") }),
    fc.record({
      op: fc.constantFrom("move", "copy"),
      from: fc.constantFrom("/x", "/y", "/list/0"),
      path: fc.constantFrom("/x", "/y", "/list/0"),
    }),
  ),
  { maxLength: 3 },
);

const state = fc.oneof(
  fc.record({ x: fc.jsonValue({ maxDepth: 1 }), list: fc.array(fc.integer(), { maxLength: 3 }) }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** How the official client's snapshots say which activities they speak for, and how they get it wrong. */
const authority = fc
  .oneof(fc.array(fc.constantFrom("", "a"), { maxLength: 2 }), fc.constantFrom<unknown>(null, 1, [1]))
  .chain((types) => fc.constantFrom<unknown>({ authoritativeActivityTypes: types }, {}, null, []))
  .map((scope) => ({ "@ag-ui/client": scope }));

/** Any event that may stand within a run, valid there or not; no run frame and no chunk. */
export function innerEvent(pools: Pools = WIDE): fc.Arbitrary<AguiEvent> {
  const id = fc.constantFrom(...pools.ids);
  const subagentRunId = fc.constantFrom(...pools.owners);
  const base = { subagentRunId, metadata, timestamp };
  const stepName = fc.constantFrom("plan", "draw");
  const subagent = fc.constantFrom("s1", "s2", "");
  return fc.oneof(
    {
      weight: 3,
      arbitrary: record(EventType.TEXT_MESSAGE_START, {
        ...base,
        messageId: id,
        role: optional(fc.constantFrom("assistant", "user")),
        name: optional(text),
      }),
    },
    { weight: 5, arbitrary: record(EventType.TEXT_MESSAGE_CONTENT, { ...base, messageId: id, delta: text }) },
    { weight: 2, arbitrary: record(EventType.TEXT_MESSAGE_END, { ...base, messageId: id }) },
    {
      weight: 3,
      arbitrary: record(EventType.TOOL_CALL_START, {
        ...base,
        toolCallId: id,
        toolCallName: fc.constantFrom("load", "draw"),
        parentMessageId: optional(id),
      }),
    },
    { weight: 5, arbitrary: record(EventType.TOOL_CALL_ARGS, { ...base, toolCallId: id, delta: text }) },
    { weight: 2, arbitrary: record(EventType.TOOL_CALL_END, { ...base, toolCallId: id }) },
    {
      weight: 2,
      arbitrary: record(EventType.TOOL_CALL_RESULT, { ...base, messageId: id, toolCallId: id, content: text }),
    },
    record(EventType.REASONING_START, { ...base, messageId: id }),
    {
      weight: 2,
      arbitrary: record(EventType.REASONING_MESSAGE_START, { ...base, messageId: id, role: fc.constant("reasoning") }),
    },
    { weight: 2, arbitrary: record(EventType.REASONING_MESSAGE_CONTENT, { ...base, messageId: id, delta: text }) },
    record(EventType.REASONING_MESSAGE_END, { ...base, messageId: id }),
    record(EventType.REASONING_END, { ...base, messageId: id }),
    record(EventType.REASONING_ENCRYPTED_VALUE, {
      ...base,
      entityId: id,
      subtype: fc.constantFrom("message", "tool-call"),
      encryptedValue: text,
    }),
    { weight: 2, arbitrary: record(EventType.STEP_STARTED, { ...base, stepName }) },
    { weight: 2, arbitrary: record(EventType.STEP_FINISHED, { ...base, stepName }) },
    {
      weight: 2,
      arbitrary: record(EventType.SUBAGENT_STARTED, {
        metadata,
        timestamp,
        subagentRunId: subagent,
        name: text,
        parentSubagentRunId: optional(subagent),
      }),
    },
    record(EventType.SUBAGENT_FINISHED, {
      metadata,
      timestamp,
      subagentRunId: subagent,
      outcome: optional(fc.constantFrom({ type: "success" }, { type: "suspended" })),
    }),
    record(EventType.SUBAGENT_ERROR, { metadata, timestamp, subagentRunId: subagent, message: text }),
    record(EventType.ACTIVITY_SNAPSHOT, {
      ...base,
      messageId: id,
      activityType: text,
      content: fc.constant({ x: 1, list: [1] }),
      replace: optional(fc.boolean()),
    }),
    record(EventType.ACTIVITY_DELTA, { ...base, messageId: id, activityType: text, patch }),
    record(EventType.STATE_SNAPSHOT, { ...base, snapshot: state }),
    record(EventType.STATE_DELTA, { ...base, delta: patch }),
    record(EventType.MESSAGES_SNAPSHOT, {
      metadata: fc.oneof(metadata, authority),
      timestamp,
      messages: messages(pools),
    }),
    record(EventType.CUSTOM, {
      ...base,
      name: fc.constantFrom("mine", "constructor"),
      value: fc.jsonValue({ maxDepth: 1 }),
    }),
    record(EventType.RAW, { ...base, event: fc.jsonValue({ maxDepth: 1 }) }),
  );
}

/** Sets one field of the event to something it may not hold, or takes the field away. */
export function mutated(inner: fc.Arbitrary<AguiEvent>): fc.Arbitrary<AguiEvent> {
  const bad = fc.constantFrom<unknown>(null, 1, 1.5, true, [], {}, "", Number.NaN, undefined);
  return fc.tuple(inner, fc.nat(), bad).map(([original, pick, value]) => {
    const keys = [...Object.keys(original), "subagentRunId", "metadata", "rawEvent", "timestamp"];
    return { ...original, [keys[pick % keys.length] ?? "type"]: value };
  });
}
