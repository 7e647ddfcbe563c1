import type { OpenRun } from "@throughline/gateway";
import { emptyView, reduce, type AguiEvent, type ThreadView } from "@throughline/protocol";
import { RunGrammar } from "@throughline/protocol/run";

const IDS = { threadId: "request:r", runId: "run-1" };

/** A run as the gateway keeps it: the grammar judges each event, and the view is folded from them. */
export class TestRun implements OpenRun {
  readonly runId = IDS.runId;
  readonly events: AguiEvent[] = [];
  readonly #grammar = new RunGrammar(IDS);
  view: ThreadView = emptyView(IDS.threadId);

  constructor() {
    this.take({ type: "RUN_STARTED", ...IDS } as AguiEvent);
  }

  get state(): unknown {
    return this.view.state;
  }

  hasSubagent(id: string): boolean {
    return this.#grammar.hasSubagent(id);
  }

  hadSubagent(id: string): boolean {
    return this.#grammar.hadSubagent(id);
  }

  hasStep(name: string, subagentRunId?: string): boolean {
    return this.#grammar.hasStep(name, subagentRunId);
  }

  /** @throws Error when AG-UI does not allow the event here */
  take(event: AguiEvent): void {
    const problem = this.#grammar.accept(event);
    if (problem !== undefined) throw new Error(problem.message);
    this.events.push(event);
    this.view = reduce(this.view, { seq: this.events.length, event });
  }
}
