import { EventType } from "@ag-ui/core";
import type { AguiEvent } from "../events.ts";
import type { Problem } from "./problem.ts";

type Of<Type extends EventType> = Extract<AguiEvent, { type: Type }>;
type TextChunk = Of<EventType.TEXT_MESSAGE_CHUNK>;
type ToolChunk = Of<EventType.TOOL_CALL_CHUNK>;
type ReasoningChunk = Of<EventType.REASONING_MESSAGE_CHUNK>;
export type Chunk = TextChunk | ToolChunk | ReasoningChunk;
type Kind = Chunk["type"];

/** The item a lane is assembling: what its first chunk said of it. JSON carries it. */
export interface Assembly {
  readonly kind: Kind;
  readonly id: string;
  /** Absent = the run's own agent. */
  readonly owner?: string | undefined;
  /** What a later chunk may repeat, but not change; null where the first one said nothing. */
  readonly fixed: Readonly<Record<string, string | null>>;
}

type Expansion = readonly AguiEvent[] | Problem;

/**
 * Turns AG-UI's *_CHUNK shorthands into START, CONTENT and END, as the official client's expansion
 * does. A chunk may leave out all that has not changed, so each lane (one per subagent, one for the
 * run's own agent) remembers the one item it is assembling; any other event in the lane ends it.
 */
export class ChunkExpander {
  readonly #lanes: Map<string | undefined, Assembly>;

  /** @param assembling what another expander was assembling, to go on from there */
  constructor(assembling: readonly Assembly[] = []) {
    this.#lanes = new Map(assembling.map((item) => [item.owner, item]));
  }

  /** What is begun and not ended. */
  get assembling(): Iterable<Assembly> {
    return this.#lanes.values();
  }

  /** The ENDs that must stand before `event`, which is no chunk. */
  closingsBefore(event: AguiEvent): AguiEvent[] {
    if (this.#lanes.size === 0) return [];
    switch (event.type) {
      case EventType.RUN_STARTED:
      case EventType.RUN_FINISHED:
      case EventType.RUN_ERROR:
      case EventType.MESSAGES_SNAPSHOT:
        return [...this.#lanes.keys()].flatMap((owner) => this.#close(owner));
      case EventType.RAW:
      case EventType.ACTIVITY_SNAPSHOT:
      case EventType.ACTIVITY_DELTA:
      case EventType.REASONING_ENCRYPTED_VALUE:
      case EventType.SUBAGENT_STARTED:
        return [];
      default:
        return this.#close((event as { subagentRunId?: string }).subagentRunId);
    }
  }

  /** The events a chunk stands for. */
  expand(chunk: Chunk): Expansion {
    const id = idOf(chunk);
    const lane = this.#laneOf(chunk.type, id, chunk.subagentRunId);
    if (lane.problem !== undefined) return lane.problem;
    const current = this.#lanes.get(lane.owner);
    if (current?.kind === chunk.type && (id === undefined || id === current.id)) {
      return repeatProblem(chunk, current) ?? contents(chunk, current, chunk.metadata !== undefined);
    }
    const next = begin(chunk, id);
    if ("message" in next) return next;
    const closings = this.#close(lane.owner);
    this.#lanes.set(lane.owner, next);
    return [...closings, opener(chunk, next), ...contents(chunk, next, false)];
  }

  /** An item is continued where it is open; a chunk that names none belongs to its own tag's lane, else to the only one that fits. */
  #laneOf(
    kind: Kind,
    id: string | undefined,
    tag: string | undefined,
  ): { owner: string | undefined; problem?: Problem } {
    const open = [...this.#lanes].filter(([, item]) => item.kind === kind);
    if (id !== undefined) {
      const holder = open.find(([, item]) => item.id === id);
      if (holder === undefined) return { owner: tag };
      if (tag === undefined || tag === holder[0]) return { owner: holder[0] };
      return {
        owner: tag,
        problem: { message: `${kind}: '${id}' is being written by another subagentRunId than '${tag}'` },
      };
    }
    if (tag !== undefined || this.#lanes.get(undefined)?.kind === kind || open.length === 0) return { owner: tag };
    if (open.length === 1) return { owner: open[0]?.[0] };
    return {
      owner: tag,
      problem: { message: `${kind}: it names neither an id nor a subagentRunId, and ${open.length} could be meant` },
    };
  }

  #close(owner: string | undefined): AguiEvent[] {
    const item = this.#lanes.get(owner);
    if (item === undefined) return [];
    this.#lanes.delete(owner);
    return [closer(item)];
  }
}

function idOf(chunk: Chunk): string | undefined {
  return chunk.type === EventType.TOOL_CALL_CHUNK ? chunk.toolCallId : chunk.messageId;
}

function begin(chunk: Chunk, id: string | undefined): Assembly | Problem {
  const owner = chunk.subagentRunId;
  if (id === undefined) return { message: `${chunk.type}: the first chunk must name what it begins` };
  if (chunk.type === EventType.REASONING_MESSAGE_CHUNK) return { kind: chunk.type, id, owner, fixed: {} };
  if (chunk.type === EventType.TEXT_MESSAGE_CHUNK) {
    return { kind: chunk.type, id, owner, fixed: { role: chunk.role ?? "assistant", name: chunk.name ?? null } };
  }
  const { toolCallName, parentMessageId = null } = chunk;
  if (toolCallName === undefined) return { message: `${chunk.type}: the first chunk must have a toolCallName` };
  return { kind: chunk.type, id, owner, fixed: { toolCallName, parentMessageId } };
}

function repeatProblem(chunk: Chunk, item: Assembly): Problem | undefined {
  for (const [field, established] of Object.entries(item.fixed)) {
    const repeated = (chunk as unknown as Readonly<Record<string, unknown>>)[field];
    if (repeated !== undefined && repeated !== established) {
      return { message: `${chunk.type}: '${item.id}' began with another ${field}` };
    }
  }
  return undefined;
}

function opener(chunk: Chunk, item: Assembly): AguiEvent {
  const { type, key } = NAMES[item.kind].start;
  const role = item.kind === EventType.REASONING_MESSAGE_CHUNK ? { role: "reasoning" } : {};
  return present({
    type,
    [key]: item.id,
    ...item.fixed,
    ...role,
    subagentRunId: item.owner,
    metadata: chunk.metadata,
    timestamp: chunk.timestamp,
  });
}

/** The part of a chunk that says something new; `always` when even an empty one must carry metadata on. */
function contents(chunk: Chunk, item: Assembly, always: boolean): AguiEvent[] {
  if (chunk.delta === undefined && chunk.rawEvent === undefined && !always) return [];
  const { type, key } = NAMES[item.kind].content;
  const { delta = "", metadata, rawEvent, timestamp } = chunk;
  return [present({ type, [key]: item.id, delta, subagentRunId: item.owner, metadata, rawEvent, timestamp })];
}

function closer(item: Assembly): AguiEvent {
  const { type, key } = NAMES[item.kind].end;
  return present({ type, [key]: item.id, subagentRunId: item.owner });
}

const NAMES = {
  [EventType.TEXT_MESSAGE_CHUNK]: {
    start: { type: EventType.TEXT_MESSAGE_START, key: "messageId" },
    content: { type: EventType.TEXT_MESSAGE_CONTENT, key: "messageId" },
    end: { type: EventType.TEXT_MESSAGE_END, key: "messageId" },
  },
  [EventType.TOOL_CALL_CHUNK]: {
    start: { type: EventType.TOOL_CALL_START, key: "toolCallId" },
    content: { type: EventType.TOOL_CALL_ARGS, key: "toolCallId" },
    end: { type: EventType.TOOL_CALL_END, key: "toolCallId" },
  },
  [EventType.REASONING_MESSAGE_CHUNK]: {
    start: { type: EventType.REASONING_MESSAGE_START, key: "messageId" },
    content: { type: EventType.REASONING_MESSAGE_CONTENT, key: "messageId" },
    end: { type: EventType.REASONING_MESSAGE_END, key: "messageId" },
  },
} as const;

/** Absent, neither undefined nor null: the fields a chunk did not have. */
function present(fields: Readonly<Record<string, unknown>>): AguiEvent {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(said) as unknown as AguiEvent;
}
