import type { ErrorCode } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "../../threads/names.ts";
import { runStarted } from "../run/run-input.ts";
import { refusal, type RunScope, writeControls } from "../run/scope.ts";
import { reopenQuestion } from "../stored/questions.ts";
import type { Compose } from "../stored/batches.ts";
import type { Queued, StartRequest } from "../stored/records.ts";

/** The starts that wait for one thread, in order. Who changes it holds the thread's lock. */
export class StartQueue {
  readonly #scope: RunScope;
  readonly #entries: Queued[];

  /** @param stored control records, in order of their keys */
  constructor(scope: RunScope, stored: readonly { readonly key: string; readonly value: string }[]) {
    this.#scope = scope;
    this.#entries = stored.map(({ key, value }) => ({ key, request: JSON.parse(value) as StartRequest }));
  }

  get head(): Queued | undefined {
    return this.#entries[0];
  }

  get requests(): readonly StartRequest[] {
    return this.#entries.map(({ request }) => request);
  }

  find(matches: (request: StartRequest) => boolean): Queued | undefined {
    return this.#entries.find(({ request }) => matches(request));
  }

  /** @throws queue_full, and what the log refuses */
  async add(
    request: StartRequest,
    extra: { readonly commandId: string | undefined; readonly writes?: readonly ControlWrite[] },
  ): Promise<Queued> {
    const { thread, ports, batches, commands } = this.#scope;
    if (this.#entries.length >= ports.maxQueued) {
      throw refusal(this.#scope, "queue_full", "Too many runs wait for this thread.");
    }
    const queued = { key: keys.queued(thread.tenant, thread.id, placeOf(this.#entries.at(-1)) + 1), request };
    const writes = [...batches.projection.queued(queued.key, request), ...(extra.writes ?? [])];
    await writeControls(this.#scope, writes, commands.noting(extra.commandId, request.runId));
    this.#entries.push(queued);
    return queued;
  }

  /** Somebody cancelled it, which the thread says. A question it would have answered is open again. */
  async cancel(queued: Queued, commandId?: string): Promise<void> {
    const { batches, commands } = this.#scope;
    const joined = commands.noting(commandId, queued.request.runId);
    await this.#remove(queued, (reopened) => joined(batches.unqueued(queued.key, queued.request, reopened)));
  }

  /** Whether a start that waits behind the head is to have the thread in its stead. */
  get isHeadSuperseded(): boolean {
    return this.#entries.slice(1).some(({ request }) => request.interrupts === true);
  }

  /**
   * Another has the thread in its stead: its run, which tells what was said or answered, is cancelled as it
   * begins. Nothing holds the thread.
   */
  async supersede(queued: Queued): Promise<void> {
    const { thread, ports, batches } = this.#scope;
    const started = runStarted(thread.id, queued.request, thread.view, ports.clock);
    await thread.writer.write({ compose: batches.superseded(started, queued), insist: true });
    this.begun(queued);
  }

  /** It can never start, which the thread says: its run has failed. */
  async fail(queued: Queued, code: ErrorCode): Promise<void> {
    const { batches } = this.#scope;
    await this.#remove(queued, (reopened) => batches.unqueued(queued.key, queued.request, reopened, code), true);
  }

  /** Its caller is refused: nothing of it is left. @param commandId under which it was noted */
  async undo(queued: Queued, commandId: string | undefined): Promise<void> {
    const { batches, commands } = this.#scope;
    const gone = batches.projection.undone(queued.key, queued.request);
    const joined = commands.forgetting(commandId);
    await this.#remove(queued, (reopened) => joined(() => ({ records: [], controls: [...gone, ...reopened] })), true);
  }

  /** It has begun; its batch removed the record. */
  begun(queued: Queued): void {
    const index = this.#entries.indexOf(queued);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  async #remove(queued: Queued, batch: (reopened: readonly ControlWrite[]) => Compose, insist = false): Promise<void> {
    const { ports, thread } = this.#scope;
    const reopened = await reopenQuestion(ports.log, thread, queued.request);
    await thread.writer.write({ compose: batch(reopened), insist });
    this.begun(queued);
  }
}

/** Where in its queue a start waits; 0 for none. */
function placeOf(queued: Queued | undefined): number {
  return queued === undefined ? 0 : Number(queued.key.slice(queued.key.lastIndexOf("/") + 1));
}
