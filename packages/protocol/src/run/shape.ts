import { EventSchema } from "@ag-ui/core/schemas";
import { EventType } from "@ag-ui/core";
import { CUSTOM_PAYLOADS } from "../schemas/custom.ts";
import type { AguiEvent } from "../events.ts";
import { isDeeper, VALUE_DEPTH } from "../limits.ts";

/**
 * Whether an event has the shape AG-UI gives its type. Tokens arrive a million a second and zod does
 * not, so the types that come in numbers are checked by hand; every other type goes through the
 * official schema, and CUSTOM through ours as well.
 */

interface FlatShape {
  readonly strings: readonly string[];
  readonly optionalStrings: readonly string[];
}

const MESSAGE_PART: FlatShape = { strings: ["messageId"], optionalStrings: [] };
const MESSAGE_DELTA: FlatShape = { strings: ["messageId", "delta"], optionalStrings: [] };
const STEP: FlatShape = { strings: ["stepName"], optionalStrings: [] };

/** Types that hold nothing but strings beside the fields every event has. */
const FLAT_SHAPES: { readonly [type: string]: FlatShape | undefined } = Object.assign(Object.create(null), {
  [EventType.TEXT_MESSAGE_CONTENT]: MESSAGE_DELTA,
  [EventType.TEXT_MESSAGE_END]: MESSAGE_PART,
  [EventType.TOOL_CALL_START]: { strings: ["toolCallId", "toolCallName"], optionalStrings: ["parentMessageId"] },
  [EventType.TOOL_CALL_ARGS]: { strings: ["toolCallId", "delta"], optionalStrings: [] },
  [EventType.TOOL_CALL_END]: { strings: ["toolCallId"], optionalStrings: [] },
  [EventType.REASONING_START]: MESSAGE_PART,
  [EventType.REASONING_END]: MESSAGE_PART,
  [EventType.REASONING_MESSAGE_CONTENT]: MESSAGE_DELTA,
  [EventType.REASONING_MESSAGE_END]: MESSAGE_PART,
  [EventType.STEP_STARTED]: STEP,
  [EventType.STEP_FINISHED]: STEP,
});

/** The event types checked by hand; the tests hold them against the official schema. */
export const FLAT_TYPES: readonly string[] = Object.keys(FLAT_SHAPES);

/** What is wrong with the event's own fields, whatever stands around it. */
export function shapeProblem(event: AguiEvent): string | undefined {
  if (typeof event !== "object" || event === null) return "An event must be an object.";
  const shape = FLAT_SHAPES[event.type];
  if (shape !== undefined) return flatProblem(event, shape);
  return (
    schemaProblem(event) ??
    (event.type === EventType.CUSTOM ? payloadProblem(event.name, event.value) : undefined) ??
    depthProblem(event)
  );
}

/** The server writes RUN_STARTED itself, around what was bounded when it came in. */
function depthProblem(event: AguiEvent): string | undefined {
  if (event.type === EventType.RUN_STARTED) return undefined;
  const deep = Object.entries(event).find(([, value]) => isDeeper(value, VALUE_DEPTH));
  return deep === undefined ? undefined : wrong(event, deep[0], `has more than ${VALUE_DEPTH} levels`);
}

function flatProblem(event: AguiEvent, shape: FlatShape): string | undefined {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  for (const name of shape.strings) {
    if (typeof fields[name] !== "string") return wrong(event, name, "must be a string");
  }
  for (const name of shape.optionalStrings) {
    if (!isOptionalString(fields[name])) return wrong(event, name, "must be a string or absent");
  }
  if (!isOptionalString(fields["subagentRunId"])) return wrong(event, "subagentRunId", "must be a string or absent");
  return baseProblem(event);
}

/** The fields every event may carry. Absent is the only way to say nothing: null is refused. */
function baseProblem(event: AguiEvent): string | undefined {
  const { timestamp, metadata, rawEvent } = event;
  if (timestamp !== undefined && !Number.isSafeInteger(timestamp)) {
    return wrong(event, "timestamp", "must be an integer in milliseconds");
  }
  if (metadata !== undefined && (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))) {
    return wrong(event, "metadata", "must be an object or absent");
  }
  if (rawEvent === null) return wrong(event, "rawEvent", "must not be null");
  return metadata === undefined && rawEvent === undefined ? undefined : depthProblem(event);
}

function schemaProblem(event: AguiEvent): string | undefined {
  // The schema lets this pass where the field is not described at all; the verifier never does.
  if ((event as { subagentRunId?: unknown }).subagentRunId === null) {
    return wrong(event, "subagentRunId", "must be a string or absent");
  }
  const parsed = EventSchema.safeParse(event);
  if (parsed.success) return undefined;
  const issue = parsed.error.issues[0];
  return wrong(event, issue?.path.join(".") || "type", issue?.message ?? "is not valid");
}

function payloadProblem(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(CUSTOM_PAYLOADS, name)) return undefined;
  const parsed = CUSTOM_PAYLOADS[name as keyof typeof CUSTOM_PAYLOADS].safeParse(value);
  if (parsed.success) return undefined;
  const issue = parsed.error.issues[0];
  const path = ["value", ...(issue?.path ?? [])].join(".");
  return `CUSTOM '${name}': ${path}: ${issue?.message ?? "is not valid"}`;
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function wrong(event: AguiEvent, field: string, what: string): string {
  const type: unknown = event.type;
  return `${String(type)}: ${field}: ${what}`;
}
