import type { RunGrammar } from "@throughline/protocol/run";
import type { Transcript } from "../run/transcript.ts";
import type { OpenRun } from "../run/workers.ts";

/** What stands of a run as its next report is interpreted, what is still to be stored included. */
export class RunSoFar implements OpenRun {
  readonly runId: string;
  // Whoever interprets a report may take these out of the object.
  readonly hasSubagent: OpenRun["hasSubagent"];
  readonly hadSubagent: OpenRun["hadSubagent"];
  readonly hasStep: OpenRun["hasStep"];
  readonly #transcript: Pick<Transcript, "state">;

  /** @param grammar has accepted what stands of the run, and goes on to accept what will */
  constructor(runId: string, grammar: RunGrammar, transcript: Pick<Transcript, "state">) {
    this.runId = runId;
    this.#transcript = transcript;
    this.hasSubagent = (id) => grammar.hasSubagent(id);
    this.hadSubagent = (id) => grammar.hadSubagent(id);
    this.hasStep = (name, subagentRunId) => grammar.hasStep(name, subagentRunId);
  }

  get state(): unknown {
    return this.#transcript.state;
  }
}
