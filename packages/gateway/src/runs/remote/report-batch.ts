import type { ComposedWrite, Write } from "../../threads/writer.ts";
import type { Reception, Report } from "../run/workers.ts";
import type { Compose } from "../stored/batches.ts";

/** How many reports one batch takes: what is interpreted in one turn of the event loop. */
const MOST_REPORTS = 256;
/** Bytes after which no further report goes along. */
const ENOUGH_BYTES = 1024 * 1024;

/** A report, and whoever waits to hear what became of it. */
export interface Waiting {
  readonly report: Report;
  readonly resolve: (reception: Reception | Promise<Reception>) => void;
  readonly reject: (error: unknown) => void;
}

/** Reports that are stored together: what they say, and what their reporters are told once that is durable. */
export class ReportBatch {
  readonly #parts: Compose[] = [];
  readonly #told: (readonly [Waiting, Reception])[] = [];
  #taken = 0;
  #bytes = 0;
  #closed = false;

  /** How many reports it has taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether the reports that come next go into another. */
  get full(): boolean {
    return this.#closed || this.#taken >= MOST_REPORTS;
  }

  /** What its reports say, in order. */
  get parts(): readonly Compose[] {
    return this.#parts;
  }

  /** Puts something that a report says behind what the reports before have said. */
  add(write: Write | ComposedWrite): void {
    if ("compose" in write) {
      // What stands before it in the batch is folded for it: that shall not be much.
      this.#parts.push(write.compose);
      this.#closed = true;
      return;
    }
    this.#parts.push(() => ({ records: write.records, controls: [] }));
    for (const record of write.records) this.#bytes += record.length;
    this.#closed ||= this.#bytes >= ENOUGH_BYTES;
  }

  /** A report has been interpreted. @param reception undefined when its reporter was refused already */
  take(waiting: Waiting, reception: Reception | undefined): void {
    this.#taken += 1;
    if (reception !== undefined) this.#told.push([waiting, reception]);
  }

  /** Tells each reporter what became of its report. @param after what is waited for before it may be told */
  tell(after: (reception: Reception) => Reception | Promise<Reception> = (reception) => reception): void {
    for (const [{ resolve }, reception] of this.#told) resolve(after(reception));
  }

  /** Nothing of it is stored. */
  reject(error: unknown): void {
    for (const [{ reject }] of this.#told) reject(error);
  }
}
