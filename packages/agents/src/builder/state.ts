import { EventType, patched, ThroughlineError } from "@throughline/protocol";
import type { Emit } from "./emit.ts";
import { owned } from "./owned.ts";
import type { StateWriter } from "./run.ts";

/** The agents' shared state as one run knows it, whichever of its members wrote last. */
export class SharedState {
  #value: unknown;

  /** @param value as it stood before the run */
  constructor(value: unknown) {
    this.#value = value;
  }

  /** The state in the hands of one member, whose events `emit` puts in their place. */
  writer(emit: Emit): StateWriter {
    const current = (): unknown => this.#value;
    return {
      get value() {
        return current();
      },
      set: (snapshot) => {
        this.#value = snapshot;
        return emit({ type: EventType.STATE_SNAPSHOT, snapshot });
      },
      patch: (operations) => {
        const after = patched(this.#value, operations);
        if (after === undefined) return owned(Promise.reject(unfit()));
        this.#value = after.document;
        return emit({ type: EventType.STATE_DELTA, delta: [...operations] });
      },
    };
  }
}

function unfit(): ThroughlineError {
  return new ThroughlineError("agent_error", "The patch does not fit the state; see run.state.value.");
}
