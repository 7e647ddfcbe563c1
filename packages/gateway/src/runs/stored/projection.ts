import { ERRORS, type ErrorCode } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "../../threads/names.ts";
import { fingerprint } from "./fingerprint.ts";
import { asked, askWrites } from "./inbox.ts";
import { type Ending, type RunRecord, type RunStatus, STATUS_AFTER, type StartRequest } from "./records.ts";

/**
 * What is stored of one thread's runs beside their events: for each step of a run's life the control
 * records that belong into its batch (S3).
 */
export class Projection {
  readonly #tenant: string;
  readonly #threadId: string;
  readonly #now: () => number;

  constructor(tenant: string, threadId: string, now: () => number) {
    this.#tenant = tenant;
    this.#threadId = threadId;
    this.#now = now;
  }

  /** A start that has to wait: refused when the run id is taken. */
  queued(key: string, request: StartRequest): ControlWrite[] {
    return [
      { key, value: JSON.stringify(request), expect: null },
      { ...this.#run(this.#record(request, "queued")), expect: null },
      this.#owned(request.runId),
    ];
  }

  /** A waiting start that will never run: somebody cancelled it, or it failed with a code. */
  unqueued(key: string, request: StartRequest, code?: ErrorCode): ControlWrite[] {
    const record = { ...this.#record(request, code === undefined ? "cancelled" : "failed"), endedAt: this.#now() };
    const error = code === undefined ? null : { code, message: ERRORS[code].remedy };
    return [{ key, value: null }, this.#run({ ...record, error })];
  }

  /** A waiting start that nobody has taken and its caller is refused: as if it had never been. */
  undone(key: string, { runId }: StartRequest): ControlWrite[] {
    const gone = [key, keys.run(this.#tenant, runId), keys.owned(this.#tenant, this.#threadId, runId)];
    return gone.map((one) => ({ key: one, value: null }));
  }

  /**
   * A run that takes the thread: refused when another holds it, or its id is taken.
   * @param queueKey where it waited, if it did
   */
  started(request: StartRequest, lease: string, startSeq: number, queueKey?: string): ControlWrite[] {
    const run = this.#run({ ...this.#record(request, "running"), startSeq });
    return [
      { key: keys.active(this.#tenant, this.#threadId), value: lease, expect: null },
      ...(queueKey === undefined
        ? [{ ...run, expect: null }, this.#owned(request.runId)]
        : [run, { key: queueKey, value: null }]),
    ];
  }

  /**
   * A run that is cancelled as it begins: refused when another holds the thread.
   * @param queueKey where it waited, if it did
   */
  stillborn(request: StartRequest, startSeq: number, endSeq: number, queueKey?: string): ControlWrite[] {
    const record = { ...this.begun(request, startSeq), status: "cancelled" as const, endSeq, endedAt: this.#now() };
    return [
      { key: keys.active(this.#tenant, this.#threadId), value: null, expect: null },
      ...(queueKey === undefined
        ? [{ ...this.#run(record), expect: null }, this.#owned(request.runId)]
        : [this.#run(record), { key: queueKey, value: null }]),
    ];
  }

  /** A run that waited for answers which nobody is to give any more. */
  cancelled(record: RunRecord): ControlWrite[] {
    return [this.#run({ ...record, status: "cancelled" })];
  }

  /** A run held, or let go on. */
  held(record: RunRecord, status: "running" | "paused"): ControlWrite[] {
    return [this.#run({ ...record, status })];
  }

  /** A run's end: refused when the thread is no longer its own. */
  ended(record: RunRecord, lease: string, ending: Ending, endSeq: number): ControlWrite[] {
    const status = this.statusAfter(ending);
    const error = ending.type === "error" ? { code: ending.code, message: ending.message } : null;
    const asks = ending.type === "interrupt" ? ending.interrupts : [];
    return [
      { key: keys.active(this.#tenant, this.#threadId), value: null, expect: lease },
      this.#run({ ...record, status, error, endSeq, endedAt: this.#now() }),
      ...asks.flatMap((one) =>
        askWrites({ tenant: this.#tenant, id: this.#threadId }, asked(record, one, this.#now())),
      ),
    ];
  }

  statusAfter(ending: Ending): RunStatus {
    return STATUS_AFTER[ending.type];
  }

  /** The record of a run at its beginning. */
  begun(request: StartRequest, startSeq: number): RunRecord {
    return { ...this.#record(request, "running"), startSeq };
  }

  #record(request: StartRequest, status: RunStatus): RunRecord {
    return {
      runId: request.runId,
      threadId: this.#threadId,
      agent: request.agent,
      status,
      fingerprint: fingerprint(this.#threadId, request),
      parentRunId: request.parentRunId ?? null,
      clientId: request.clientId ?? null,
      startSeq: null,
      endSeq: null,
      createdAt: this.#now(),
      endedAt: null,
      error: null,
    };
  }

  #run(record: RunRecord): ControlWrite {
    return { key: keys.run(this.#tenant, record.runId), value: JSON.stringify(record) };
  }

  /** Finds the thread's runs again when the thread is deleted, those that never began included. */
  #owned(runId: string): ControlWrite {
    return { key: keys.owned(this.#tenant, this.#threadId, runId), value: "" };
  }
}
