import { EventType, omitOptionalNulls } from "@ag-ui/core";
import type { AguiEvent } from "../events.ts";
import { CUSTOM_PAYLOADS } from "../schemas/custom.ts";
import { type Assembly, ChunkExpander, type Chunk } from "./chunks.ts";
import type { Problem } from "./problem.ts";
import { shapeProblem } from "./shape.ts";

/** What one event of an agent comes to. */
export interface Normalised {
  /** The events to store in its place, in order. */
  readonly events: readonly AguiEvent[];
  /** Why the event could not be taken; then `events` is empty. */
  readonly problem?: Problem;
}

/**
 * Makes what an agent yields canonical, one event at a time; one normaliser per run.
 *
 * - *_CHUNK shorthands become START, CONTENT and END.
 * - An optional field that is null becomes absent, as AG-UI's own clients do before they send:
 *   many producers write null for "nothing", and the grammar refuses it.
 * - The payload of a CUSTOM event we know gets its defaults.
 */
export class EventNormaliser {
  readonly #chunks: ChunkExpander;

  /** @param assembling what an earlier normaliser of the run was assembling of chunks */
  constructor(assembling: readonly Assembly[] = []) {
    this.#chunks = new ChunkExpander(assembling);
  }

  /** What *_CHUNK shorthands have begun and not ended, which later ones need not name. */
  get assembling(): readonly Assembly[] {
    return [...this.#chunks.assembling];
  }

  normalise(raw: AguiEvent): Normalised {
    const event = omitOptionalNulls(raw, "Event");
    const message = shapeProblem(event);
    if (message !== undefined) return { events: [], problem: { message } };
    if (!isChunk(event)) return { events: [...this.#chunks.closingsBefore(event), withDefaults(event)] };
    const expansion = this.#chunks.expand(event);
    return "message" in expansion ? { events: [], problem: expansion } : { events: expansion };
  }
}

function isChunk(event: AguiEvent): event is Chunk {
  return (
    event.type === EventType.TEXT_MESSAGE_CHUNK ||
    event.type === EventType.TOOL_CALL_CHUNK ||
    event.type === EventType.REASONING_MESSAGE_CHUNK
  );
}

function withDefaults(event: AguiEvent): AguiEvent {
  if (event.type !== EventType.CUSTOM || !Object.hasOwn(CUSTOM_PAYLOADS, event.name)) return event;
  return { ...event, value: CUSTOM_PAYLOADS[event.name as keyof typeof CUSTOM_PAYLOADS].parse(event.value) };
}
