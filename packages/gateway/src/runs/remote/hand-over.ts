import { type Clock, type Timer, ThroughlineError } from "@throughline/protocol";
import type { Assignment, Reception, Report, Workers } from "../run/workers.ts";
import type { Queued } from "../stored/records.ts";
import type { RemoteRunner } from "./remote-runner.ts";

/** How long whoever asks for a start waits for it to be handed over. */
const PATIENCE_MS = 10_000;

/** What became of a hand-over. `left`: the start stays in the queue, to be handed over again. */
type Outcome =
  | { readonly type: "begun" | "cancelled" | "left" }
  | { readonly type: "refused"; readonly error: ThroughlineError };

interface Early {
  readonly report: Report;
  readonly resolve: (reception: Reception | Promise<Reception>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A queued start on its way to those who work elsewhere. It stays in the queue until it is known to
 * have arrived, since a process that dies in between must hand it over again: only then does the run
 * begin in the thread. A report of the run proves it as well as an acknowledgement, and may come first.
 */
export class HandOver {
  readonly queued: Queued;
  readonly assignment: Assignment;
  /** The command that asked for it, to be forgotten should it be undone. */
  readonly commandId: string | undefined;
  /** Resolves when it is over, whatever became of it. Never rejects. */
  readonly over: Promise<Outcome>;
  readonly #abort = new AbortController();
  readonly #handle: (error: ThroughlineError | undefined) => void;
  readonly #early: Early[] = [];
  #resolve!: (outcome: Outcome) => void;
  #promised: boolean;
  #decided = false;
  #refusal: ThroughlineError | undefined;
  #runner: RemoteRunner | undefined;
  #ended = false;
  #missing: string | undefined;

  constructor(options: {
    readonly queued: Queued;
    readonly assignment: Assignment;
    readonly commandId: string | undefined;
    /** Whether somebody was told that the start stands. */
    readonly promised: boolean;
    readonly workers: Workers;
    /** Called once: it was handed over, or is refused with this. Must not throw. */
    readonly handle: (error: ThroughlineError | undefined) => void;
  }) {
    this.queued = options.queued;
    this.assignment = options.assignment;
    this.commandId = options.commandId;
    this.#promised = options.promised;
    this.#handle = options.handle;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void this.#hand(options.workers);
  }

  get runId(): string {
    return this.queued.request.runId;
  }

  /** Why nobody takes it now, in a sentence. */
  get missing(): string | undefined {
    return this.#missing;
  }

  /** Whether somebody was told that the start stands: then it cannot go without a trace. */
  get promised(): boolean {
    return this.#promised;
  }

  /**
   * Waits for the outcome, on behalf of whoever asked for the start.
   * @throws the refusal; unavailable when there is no outcome in time
   */
  async outcome(clock: Clock): Promise<void> {
    let timer: Timer | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = clock.setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    const outcome = await Promise.race([this.over, late]);
    timer?.cancel();
    if (outcome?.type === "refused") throw outcome.error;
    if (outcome?.type === "begun" || outcome?.type === "cancelled") return;
    // What is refused already is only not stored yet.
    if (outcome === undefined && this.#refusal !== undefined && !this.#promised) throw this.#refusal;
    this.#promised = true;
    throw staysQueued(this.runId);
  }

  /** Takes a report of a run that has not begun here. Resolves once what came of it is durable. */
  take(report: Report): Promise<Reception> {
    if (this.#runner !== undefined) return this.#runner.take(report);
    if (this.#ended) return Promise.resolve("fenced");
    const reception = new Promise<Reception>((resolve, reject) => this.#early.push({ report, resolve, reject }));
    this.#decide(undefined);
    return reception;
  }

  /** The run has begun: it takes what was reported meanwhile, and all that comes. */
  begun(runner: RemoteRunner): void {
    this.#runner = runner;
    for (const { report, resolve } of this.#early.splice(0)) resolve(runner.take(report));
    this.#resolve({ type: "begun" });
  }

  /** It will not begin. */
  cancelled(): void {
    this.#end({ type: "cancelled" });
  }

  /** It will not begin. @param error why */
  refused(error: ThroughlineError): void {
    this.#end({ type: "refused", error });
  }

  /** The server closes, or its log fails for a moment: it is to be handed over again. */
  leave(): void {
    const error = new ThroughlineError("unavailable", "The run could not begin yet; report it again.");
    for (const { reject } of this.#early.splice(0)) reject(error);
    this.#end({ type: "left" });
  }

  #end(outcome: Outcome): void {
    this.#ended = true;
    this.#decided = true;
    this.#abort.abort(new ThroughlineError("run_not_active", "The run is not to be handed over any more."));
    for (const { resolve } of this.#early.splice(0)) resolve("fenced");
    this.#resolve(outcome);
  }

  async #hand(workers: Workers): Promise<void> {
    try {
      const handed = await workers.hand(this.assignment, this.#abort.signal);
      // Whoever has reported already is there.
      if (!this.#decided && handed !== undefined) this.#missing = handed.missing;
      this.#decide(undefined);
    } catch (error) {
      this.#decide(ThroughlineError.from(error));
    }
  }

  #decide(error: ThroughlineError | undefined): void {
    if (this.#decided) return;
    this.#decided = true;
    this.#refusal = error;
    this.#handle(error);
  }
}

function staysQueued(runId: string): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    "No worker could be reached yet. The request stays queued and starts as soon as it can; repeat it to attach, cancel it to withdraw it.",
    { details: { run_id: runId } },
  );
}
