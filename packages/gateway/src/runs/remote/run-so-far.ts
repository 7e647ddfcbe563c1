import { type AguiEvent, emptyView, EventType, reduce } from "@throughline/protocol";
import type { RunGrammar } from "@throughline/protocol/run";
import type { OpenRun } from "../run/workers.ts";

/** What stands of a run as its next report is interpreted, what is still to be stored included. */
export class RunSoFar implements OpenRun {
  readonly runId: string;
  // Whoever interprets a report may take these out of the object.
  readonly hasSubagent: OpenRun["hasSubagent"];
  readonly hadSubagent: OpenRun["hadSubagent"];
  readonly hasStep: OpenRun["hasStep"];
  readonly #threadId: string;
  #state: unknown;

  /**
   * @param grammar has accepted what stands of the run, and goes on to accept what will
   * @param state the thread's, as the run stands
   */
  constructor(threadId: string, runId: string, grammar: RunGrammar, state: unknown) {
    this.runId = runId;
    this.#threadId = threadId;
    this.#state = state;
    this.hasSubagent = (id) => grammar.hasSubagent(id);
    this.hadSubagent = (id) => grammar.hadSubagent(id);
    this.hasStep = (name, subagentRunId) => grammar.hasStep(name, subagentRunId);
  }

  get state(): unknown {
    return this.#state;
  }

  /** This event will stand in the thread next. */
  fold(event: AguiEvent): void {
    if (event.type !== EventType.STATE_SNAPSHOT && event.type !== EventType.STATE_DELTA) return;
    this.#state = reduce({ ...emptyView(this.#threadId), state: this.#state }, { seq: 1, event }).state;
  }
}
