import { type Clock, ThroughlineError } from "@throughline/protocol";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { Lock } from "../../threads/lock.ts";
import { isId } from "../../threads/names.ts";
import type { Reception, Report, Workers } from "../run/workers.ts";
import type { RemoteRunner } from "./remote-runner.ts";

/** Runs whose end is remembered as told to their worker. */
const REMEMBERED = 1_024;
/** How soon a worker that speaks on is told again: it may not have been there to hear it. */
const TELL_AGAIN_MS = 2_000;

/** The reports of one thread that look for their run, in order. */
interface Lane {
  readonly lock: Lock;
  waiting: number;
}

/** What takes the reports of a run; else the id of the run that takes none any more, or that there never was one. */
export type Taker = Pick<RemoteRunner, "take"> | { readonly endedRun: string } | "unknown";

/** Finds that; the thread's current run where none is named. */
type FindTaker = (tenant: string, threadId: string, runId: string | undefined) => Promise<Taker>;

/** Takes what workers elsewhere report, and brings each report to its run, in order within a thread. */
export class ReportDesk {
  readonly #workers: Workers | undefined;
  readonly #telemetry: Telemetry;
  readonly #takerOf: FindTaker;
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: Clock;
  /** When the worker of a run that had ended was told so last, the latest last. */
  readonly #told = new Map<string, number>();

  constructor(options: {
    readonly workers: Workers | undefined;
    readonly telemetry: Telemetry;
    readonly clock: Clock;
    readonly takerOf: FindTaker;
  }) {
    this.#workers = options.workers;
    this.#telemetry = options.telemetry;
    this.#clock = options.clock;
    this.#takerOf = options.takerOf;
  }

  /**
   * Takes a report; resolves once what came of it is durable.
   * @throws what keeps it from being stored; nothing of it is then, and it is to be reported again
   */
  async report(report: Report): Promise<Reception> {
    try {
      const reception = await this.#receive(report);
      this.#telemetry.reported(reception);
      return reception;
    } catch (error) {
      this.#telemetry.reported("refused");
      throw ThroughlineError.from(error);
    }
  }

  async #receive(report: Report): Promise<Reception> {
    const { tenant, threadId, runId } = report;
    if (!isId(threadId) || (runId !== undefined && !isId(runId))) return "unknown";
    if (this.#workers?.serves(threadId) !== true) return "unknown";
    const { taken } = await this.#inLane(`${tenant}/${threadId}`, async () => {
      const taker = await this.#takerOf(tenant, threadId, runId);
      if (taker === "unknown") return { taken: Promise.resolve<Reception>("unknown") };
      if ("endedRun" in taker) return { taken: Promise.resolve(this.#fence(report, taker.endedRun)) };
      // Not waited for here: the next report does not wait until this one is stored.
      return { taken: taker.take(report) };
    });
    const reception = await taken;
    if (reception === "fenced" && runId !== undefined) return this.#fence(report, runId);
    return reception;
  }

  /** Tells the worker of a run that has ended to stop, unless that was done just now. */
  #fence({ tenant, threadId }: Report, runId: string): Reception {
    const key = `${tenant}/${runId}`;
    const now = this.#clock.monotonic();
    const last = this.#told.get(key);
    if (last !== undefined && now - last < TELL_AGAIN_MS) return "fenced";
    this.#told.delete(key);
    this.#told.set(key, now);
    const [oldest] = this.#told.keys();
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    this.#workers?.tell({ type: "cancel", tenant, threadId, runId });
    return "fenced";
  }

  async #inLane<T>(name: string, task: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(name) ?? { lock: new Lock(), waiting: 0 };
    this.#lanes.set(name, lane);
    lane.waiting += 1;
    try {
      return await lane.lock.run(task);
    } finally {
      lane.waiting -= 1;
      if (lane.waiting === 0) this.#lanes.delete(name);
    }
  }
}
