import type { ControlWrite } from "@throughline/log";

/** How many of a thread's latest command ids are remembered. */
const KEEP = 128;

/**
 * The ids of a thread's latest commands and what came of each, so that a repeated frame applies once
 * (R4) even when the first try was answered by a process that has died since: the list is a control
 * record, committed in the batch that carries out the command.
 */
export class CommandLog {
  readonly #key: string;
  readonly #outcomes: Map<string, string>;

  /**
   * @param key of the control record
   * @param stored its value, as {@link note} wrote it
   */
  constructor(key: string, stored: string | undefined) {
    this.#key = key;
    this.#outcomes = new Map(stored === undefined ? [] : (JSON.parse(stored) as [string, string][]));
  }

  /** The run id that command came to; "" where it names none. */
  find(id: string): string | undefined {
    return this.#outcomes.get(id);
  }

  /** Remembers the command; the write makes it last and belongs into the command's batch. */
  note(id: string, runId: string): ControlWrite {
    this.#outcomes.set(id, runId);
    for (const oldest of this.#outcomes.keys()) {
      if (this.#outcomes.size <= KEEP) break;
      this.#outcomes.delete(oldest);
    }
    return { key: this.#key, value: JSON.stringify([...this.#outcomes]) };
  }

  /** Takes back a {@link note} whose batch was refused. */
  forget(id: string): void {
    this.#outcomes.delete(id);
  }
}
