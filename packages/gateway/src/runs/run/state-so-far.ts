import { type AguiEvent, EventType, type JsonPatchOperation, patched } from "@throughline/protocol";
import { decodeEvent } from "../../threads/codec.ts";

/** The thread's shared state as its readers have it once all that a run has said is stored. */
export class StateSoFar {
  #state: unknown;
  /** What replaces the state, as it is stored: read only when somebody asks. */
  #snapshot: Uint8Array | undefined;

  /** @param state the thread's, as the run stands */
  constructor(state: unknown) {
    this.#state = state;
  }

  get value(): unknown {
    if (this.#snapshot !== undefined) this.#state = Reflect.get(decodeEvent(1, this.#snapshot).event, "snapshot");
    this.#snapshot = undefined;
    return this.#state;
  }

  /**
   * Takes the run's next event into the state.
   * @param record the event as it is stored: its agent may go on to change the object
   * @returns why no reader could do so; then it leaves no trace
   */
  take({ type }: AguiEvent, record: Uint8Array): string | undefined {
    if (type === EventType.STATE_SNAPSHOT) this.#snapshot = record;
    if (type !== EventType.STATE_DELTA) return undefined;
    const { event } = decodeEvent(1, record);
    if (event.type !== EventType.STATE_DELTA) return undefined;
    const after = patched(this.value, event.delta);
    if (after === undefined) return unfit(this.value, event.delta);
    this.#state = after.document;
    return undefined;
  }
}

/** Which of the operations cannot be applied. */
function unfit(state: unknown, delta: readonly JsonPatchOperation[]): string {
  let document = state;
  for (const [index, operation] of delta.entries()) {
    const after = patched(document, [operation]);
    if (after === undefined) {
      const what = `operation ${index + 1} of ${delta.length}, "${operation.op}" at "${operation.path}",`;
      return `STATE_DELTA: ${what} cannot be applied to the state`;
    }
    document = after.document;
  }
  return "STATE_DELTA: cannot be applied to the state";
}
