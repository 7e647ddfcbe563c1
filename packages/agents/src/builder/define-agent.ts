import {
  EventType,
  ThroughlineError,
  type Agent,
  type AgentContext,
  type AguiEvent,
  type Json,
  type RunAgentInput,
} from "@throughline/protocol";
import { EventChannel } from "./channel.ts";
import { Asked, Questions } from "./questions.ts";
import type { Run } from "./run.ts";
import { Scope, type RunCore } from "./scope.ts";
import { SharedState } from "./state.ts";

/** What an agent does. What it returns, if anything, is the run's result. */
export type Script = (run: Run) => Promise<Json | void>;

export interface AgentAbout {
  /** What addresses call it: lower-case words joined by hyphens. */
  readonly name: string;
  /** One sentence for people who choose between agents. */
  readonly description?: string;
}

/**
 * Makes an agent of a script that says what it does as it does it.
 *
 * ```ts
 * export const greeter = defineAgent({ name: "greeter" }, async (run) => {
 *   await run.say(`Hello! You said: ${run.text}`);
 * });
 * ```
 * @throws ThroughlineError `invalid_input` for a name that cannot stand in an address
 */
export function defineAgent(about: AgentAbout, script: Script): Agent {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(about.name)) {
    throw new ThroughlineError(
      "invalid_input",
      `"${about.name}" cannot name an agent: use lower-case words joined by hyphens.`,
    );
  }
  return {
    ...about,
    run: (input, context) => ({ [Symbol.asyncIterator]: () => start(about.name, script, input, context) }),
  };
}

/** Starts the script; its events come out of what is returned. */
function start(name: string, script: Script, input: RunAgentInput, host: AgentContext): AsyncIterator<AguiEvent> {
  const stop = new AbortController();
  const halt = (reason: unknown): void => {
    stop.abort(reason);
    channel.abort(reason);
  };
  const onAbort = (): void => halt(host.signal.reason);
  const channel = new EventChannel(() =>
    halt(new ThroughlineError("run_not_active", "Nobody reads this run any more.")),
  );
  if (host.signal.aborted) {
    onAbort();
    return channel;
  }
  host.signal.addEventListener("abort", onAbort, { once: true });
  const core: RunCore = {
    input,
    host,
    signal: stop.signal,
    channel,
    questions: new Questions(input, host.view),
    state: new SharedState(input.state ?? host.view.state),
    tasks: new Map(),
  };
  void perform(name, script, core)
    .then(
      () => {
        channel.end();
        // Whatever the script left ticking, such as the losing side of a race, has no run any more.
        stop.abort(new ThroughlineError("run_not_active", "The run has ended."));
      },
      (error: unknown) => {
        channel.fail(error);
        stop.abort(error);
      },
    )
    .finally(() => host.signal.removeEventListener("abort", onAbort));
  return channel;
}

/** Runs the script to its end: a result, a question, or an error. */
async function perform(name: string, script: Script, core: RunCore): Promise<void> {
  const root = new Scope(core, { name });
  const result = await root.enclose(script).catch((error: unknown) => {
    if (!(error instanceof Asked)) throw error;
  });
  const { threadId, runId } = core.input;
  const end = { type: EventType.RUN_FINISHED, threadId, runId, timestamp: core.host.clock.now() } as const;
  const interrupts = core.questions.asked;
  if (interrupts.length > 0) await core.channel.push({ ...end, outcome: { type: "interrupt", interrupts } });
  else if (result !== undefined) await core.channel.push({ ...end, result, outcome: { type: "success" } });
}
