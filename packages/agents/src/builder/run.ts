import type {
  AgentContext,
  AguiCustomEvent,
  ArtifactPayload,
  ChartCreatedPayload,
  JsonPatchOperation,
  Json,
  JsonObject,
  RunAgentInput,
  Task,
} from "@throughline/protocol";

/**
 * What a script does its work with. Every method that emits returns a promise: await it, and a slow
 * reader slows the script down instead of filling memory. All of them reject with the signal's
 * reason once the run is cancelled, so a script that awaits stops by itself.
 */
export interface Run {
  /** What the person said last. Empty when nobody said anything. */
  readonly text: string;
  /** What came along with the message: `context` of the start command, and AG-UI's context entries by description. */
  readonly context: JsonObject;
  /** The answer this run carries on from; absent in a run that a message started. */
  readonly answer?: Answer;
  readonly input: RunAgentInput;
  /** The gateway's side of the run: view, logger, charts and tasks of other threads. */
  readonly host: AgentContext;
  /** Fires when the run is cancelled or has failed. Hand it to whatever takes long. */
  readonly signal: AbortSignal;
  /** The agents' shared state. */
  readonly state: StateWriter;

  /** Says a text, whole or as it comes. @returns the whole text */
  say(text: string | AsyncIterable<string>): Promise<string>;
  /** Opens a message to be written bit by bit. */
  message(): MessageWriter;
  /**
   * Calls a tool and shows the call. When `work` throws, the call's result is `{"error": message}` and
   * the error goes on to the caller, unless `onError` has something to return instead.
   * @param args JSON
   * @returns what `work` returned; the result shown is its JSON, or the text itself
   */
  tool<Result>(
    name: string,
    args: JsonObject,
    work: (signal: AbortSignal) => Promise<Result> | Result,
    options?: ToolOptions<Result>,
  ): Promise<Result>;
  /** Names a step of the plan while `work` runs. Two steps of one agent that run at once need different names. */
  step<Result>(name: string, work: () => Promise<Result> | Result, options?: StepOptions<Result>): Promise<Result>;
  /**
   * Lets a named member of the team work. What it does through its own `sub` is shown as its own.
   * Several may run at once. When `work` throws, the member has failed and the error goes on to the caller.
   */
  subagent<Result>(
    who: Subagent,
    work: (sub: Run) => Promise<Result> | Result,
    options?: MemberOptions<Result>,
  ): Promise<Result>;

  /** Draws on this thread's chart: a command of the chart grammar, such as `LOAD:AAPL`. */
  chart(command: string): Promise<void>;
  /** Tells that a chart can be seen at a page. @returns its id */
  chartCreated(chart: Omit<ChartCreatedPayload, "chartId">): Promise<string>;
  /** Hands over a piece of work, such as a report. @returns its id */
  artifact(artifact: Omit<ArtifactPayload, "artifactId">): Promise<string>;
  /** How far the run is: `current` of `total`, in any unit. */
  progress(current: number, total: number, message?: string): Promise<void>;
  /** How sure the agent is, 0 to 1. */
  confidence(value: number): Promise<void>;
  /** Makes a task in this thread, or changes one it has. @returns the task as it is now */
  task(change: TaskChange): Promise<Task>;
  /** Emits a CUSTOM event of the agent's own. */
  custom(name: string, value: AguiCustomEvent["value"]): Promise<void>;

  /**
   * Asks the person. The run ends here with the question; the answer starts another, in which the
   * script begins anew and this call, reached again, returns the answer. Earlier answers are kept
   * along the way. What must not happen twice stands behind `if (run.answer === undefined)`.
   * It stops the script by throwing: a `catch` around it should let the error through.
   * @returns what the person answered; an answer that is no text as JSON (as itself in `run.answer`),
   *   a dismissed question as an empty text
   */
  ask(question: string, options?: AskOptions): Promise<string>;

  /** Waits while the run is paused. Only work that takes long without an event needs it. */
  checkpoint(): Promise<void>;
  /** Waits `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

export interface MessageWriter {
  readonly id: string;
  /** Appends to the message; an empty delta does nothing. */
  write(delta: string): Promise<void>;
  /** Closes it. Safe to repeat. What a script leaves open is closed at its end. */
  end(): Promise<void>;
}

export interface StateWriter {
  /** The state as this run knows it: as it stood before the run, and what the run has made of it since. */
  readonly value: unknown;
  /** Replaces the state. */
  set(state: Json): Promise<void>;
  /**
   * Changes it by an RFC 6902 patch.
   * @throws ThroughlineError `agent_error` for a patch that does not fit the state; nothing is emitted then
   */
  patch(operations: readonly JsonPatchOperation[]): Promise<void>;
}

export interface ToolOptions<Result> {
  /** What people are shown of the result: JSON, or a text. The result itself unless given. */
  readonly show?: (result: Result) => unknown;
  /** What the call returns to the script when the tool fails. */
  readonly onError?: (error: unknown) => Promise<Result> | Result;
}

export interface StepOptions<Result> {
  /** What goes along with the step's start, and with its end unless `outcome` says more. */
  readonly metadata?: JsonObject;
  /** What goes along with the end of a step whose work has returned. */
  readonly outcome?: (result: Result) => JsonObject;
}

export interface MemberOptions<Result> {
  /** The result people are shown of what the member returned. None unless given. */
  readonly show?: (result: Result) => Json;
}

/** A named member of a team. */
export interface Subagent {
  readonly name: string;
  readonly emoji?: string;
  readonly description?: string;
}

/** A change to a task: a new one without `id` (needs a title), else the fields that change. */
export type TaskChange = Partial<Omit<Task, "created_at" | "updated_at" | "version">>;

export interface AskOptions {
  /** Answers to choose from. */
  readonly options?: readonly string[];
  /** What the question is known by between runs; the question itself unless given. */
  readonly key?: string;
}

/** An answer to a question of an earlier run. */
export interface Answer {
  /** The question's key; absent when the thread no longer knows the question. */
  readonly key?: string;
  /** null when the question was dismissed. */
  readonly value: Json;
}
