import type { Clock, Logger } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { type AuditEntry, type AuditNote, auditStream, dayOf, entryOf } from "./entry.ts";

/** Entries that may wait for the store; what comes beyond is dropped, and that is an entry itself. */
const MAX_WAITING = 5_000;
const BATCH = 500;

const encoder = new TextEncoder();

interface Waiting {
  readonly tenant: string;
  readonly entry: AuditEntry;
}

/**
 * The audit log: one append-only stream per tenant and day, which the store forgets by its age.
 *
 * Noting never waits and never fails. While one batch is being stored the next gathers, so however
 * many notes there are, they cost the store one append after another.
 */
export class Audit {
  readonly #log: StreamLog;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #keepMs: number;
  #waiting: Waiting[] = [];
  /** Entries that were lost since the last that was stored, by tenant. */
  readonly #dropped = new Map<string, number>();
  /** The batch on its way to the log. */
  #storing: Promise<void> | undefined;
  /** How many entries were taken, and how many of them have been stored or lost. */
  #noted = 0;
  #settled = 0;
  #closed = false;

  /** @param keepMs how long a day's entries are kept after its last */
  constructor(options: {
    readonly log: StreamLog;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly keepMs: number;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#keepMs = options.keepMs;
  }

  note(note: AuditNote): void {
    if (this.#closed) return;
    if (this.#waiting.length >= MAX_WAITING) return this.#drop(note.tenant, 1);
    this.#waiting.push({ tenant: note.tenant, entry: entryOf(note, this.#clock.now()) });
    this.#noted += 1;
    if (this.#storing === undefined) void this.#pump();
  }

  /** Resolves once everything noted so far is stored, or lost; what is noted meanwhile does not count. */
  async flushed(): Promise<void> {
    const upTo = this.#noted;
    while (this.#settled < upTo) await this.#storing;
  }

  /** Stores what is noted, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flushed();
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      this.#storing = this.#store(batch);
      await this.#storing;
      this.#settled += batch.length;
    }
    this.#storing = undefined;
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    const streams = new Map<string, AuditEntry[]>();
    for (const { tenant, entry } of [...batch, ...this.#lost()]) {
      const name = auditStream(tenant, dayOf(entry.at));
      const entries = streams.get(name);
      if (entries === undefined) streams.set(name, [entry]);
      else entries.push(entry);
    }
    const appends = [...streams].map(([stream, entries]) => ({
      stream,
      records: entries.map((entry) => encoder.encode(JSON.stringify(entry))),
      create: { ttlMs: this.#keepMs },
    }));
    const told = new Map(this.#dropped);
    try {
      await this.#log.append({ appends });
      for (const [tenant, count] of told) this.#drop(tenant, -count);
    } catch (error) {
      // Whether it was stored is not known; trying again could write entries twice.
      for (const { tenant } of batch) this.#drop(tenant, 1);
      this.#logger.warn("audit entries were lost", { entries: batch.length, error });
    }
  }

  /** Entries that tell of lost ones. */
  #lost(): Waiting[] {
    const about = { action: "audit.dropped", dialect: "server", threadId: null, clientId: null, subject: null };
    return [...this.#dropped].map(([tenant, count]) => ({
      tenant,
      entry: entryOf({ ...about, tenant, details: { count } }, this.#clock.now()),
    }));
  }

  #drop(tenant: string, count: number): void {
    const total = (this.#dropped.get(tenant) ?? 0) + count;
    if (total > 0) this.#dropped.set(tenant, total);
    else this.#dropped.delete(tenant);
  }
}
