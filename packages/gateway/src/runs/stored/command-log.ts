import type { ControlWrite } from "@throughline/log";
import type { Composed } from "../../threads/writer.ts";
import type { Compose } from "./batches.ts";

/** How many of a thread's latest command ids are remembered. */
const KEEP = 128;

/**
 * The ids of a thread's latest commands and what came of each, so that a repeated frame applies once
 * (R4) even when the first try was answered by a process that has died since: the list is a control
 * record, committed in the batch that carries out the command.
 */
export class CommandLog {
  readonly #key: string;
  #outcomes: ReadonlyMap<string, string>;

  /**
   * @param key of the control record
   * @param stored its value, as {@link CommandLog.note} wrote it
   */
  constructor(key: string, stored: string | undefined) {
    this.#key = key;
    this.#outcomes = new Map(stored === undefined ? [] : (JSON.parse(stored) as [string, string][]));
  }

  /** The run id that command came to; "" where it names none. */
  find(id: string): string | undefined {
    return this.#outcomes.get(id);
  }

  /** The write that makes the command be remembered; it belongs into the command's batch. */
  note(id: string, runId: string): ControlWrite {
    return { key: this.#key, value: JSON.stringify(this.#with(id, runId)) };
  }

  /**
   * Puts the command's {@link note} into its batch. What is written is the list as it is when the batch
   * is composed; it changes here once that is durable. So no other batch tells of a command that was
   * refused, and none leaves one out.
   */
  noting(id: string | undefined, runId: string): (batch: Compose) => Compose {
    return (batch) => (id === undefined ? batch : (first) => this.#changed(batch(first), () => this.#with(id, runId)));
  }

  /** As {@link noting}, for a command that is undone: repeated, it is carried out. */
  forgetting(id: string | undefined): (batch: Compose) => Compose {
    return (batch) => (id === undefined ? batch : (first) => this.#changed(batch(first), () => this.#without(id)));
  }

  #changed(composed: Composed, outcomes: () => [string, string][]): Composed {
    const stored = (): void => {
      composed.stored?.();
      this.#outcomes = new Map(outcomes());
    };
    const write = { key: this.#key, value: JSON.stringify(outcomes()) };
    return { ...composed, controls: [...composed.controls, write], stored };
  }

  #without(id: string): [string, string][] {
    return [...this.#outcomes].filter(([other]) => other !== id);
  }

  /** What is remembered once this command is. */
  #with(id: string, runId: string): [string, string][] {
    return [...this.#outcomes, [id, runId] as [string, string]].slice(-KEEP);
  }
}
