import {
  EventType,
  parseChartCommand,
  ThroughlineError,
  type AgentContext,
  type AguiEvent,
  type ArtifactPayload,
  type ChartCreatedPayload,
  type CustomName,
  type CustomPayload,
  type Json,
  type JsonObject,
  type RunAgentInput,
  type Task,
} from "@throughline/protocol";
import type { EventChannel } from "./channel.ts";
import type { EventBody } from "./emit.ts";
import { personContext, personText } from "./input.ts";
import { memberFinished, memberStarted, memberStopped } from "./member.ts";
import { Message } from "./message.ts";
import { owned } from "./owned.ts";
import { sleep, unlessAborted, untilAborted } from "./pause.ts";
import { Asked, type Questions } from "./questions.ts";
import type {
  Answer,
  AskOptions,
  MemberOptions,
  MessageWriter,
  Run,
  StateWriter,
  StepOptions,
  Subagent,
  TaskChange,
  ToolOptions,
} from "./run.ts";
import type { SharedState } from "./state.ts";
import { changedTask } from "./tasks.ts";
import { callTool } from "./tool-call.ts";

/** What all scopes of one run share. */
export interface RunCore {
  readonly input: RunAgentInput;
  readonly host: AgentContext;
  readonly signal: AbortSignal;
  readonly channel: EventChannel;
  readonly questions: Questions;
  readonly state: SharedState;
  /** Tasks this run has changed, as they are now. */
  readonly tasks: Map<string, Task>;
}

/** Whose events a scope emits. */
interface Owner {
  /** The agent's or the team member's name. */
  readonly name: string;
  /** Absent for the run's own agent. */
  readonly subagentRunId?: string;
}

/**
 * The run as one member of the team sees it: the agent itself, or one of its subagents.
 *
 * Work is structured: a scope ends only when everything begun in it has ended, awaited or not, and
 * an error of what is still under way when the script returns is the scope's error.
 */
export class Scope implements Run {
  readonly input: RunAgentInput;
  readonly host: AgentContext;
  readonly signal: AbortSignal;
  readonly text: string;
  readonly context: JsonObject;
  readonly state: StateWriter;
  declare readonly answer?: Answer;
  readonly #core: RunCore;
  readonly #owner: Owner;
  readonly #work = new Set<Promise<unknown>>();
  readonly #messages = new Set<Message>();
  readonly #steps = new Set<string>();
  #closed = false;

  constructor(core: RunCore, owner: Owner) {
    this.#core = core;
    this.#owner = owner;
    this.input = core.input;
    this.host = core.host;
    this.signal = core.signal;
    this.text = personText(core.input, core.host.view);
    this.context = personContext(core.input);
    if (core.questions.newest !== undefined) this.answer = core.questions.newest;
    this.state = core.state.writer(this.#emit);
  }

  /**
   * Runs `work` in this scope, waits for what it left under way and closes what it left open. Only
   * where the run itself fails is nothing waited for: its signal stops the rest.
   */
  async enclose<Result>(work: (run: Run) => Promise<Result> | Result): Promise<Result> {
    try {
      const result = await work(this);
      while (this.#work.size > 0) await Promise.all(this.#work);
      await this.#close();
      return result;
    } catch (error) {
      if (this.#owner.subagentRunId !== undefined || error instanceof Asked) await this.#close();
      throw error;
    }
  }

  say(text: string | AsyncIterable<string>): Promise<string> {
    return this.#begin(async () => {
      const message = this.message();
      let whole = "";
      try {
        for await (const delta of typeof text === "string" ? [text] : untilAborted(text, this.signal)) {
          whole += delta;
          await message.write(delta);
        }
      } finally {
        await message.end();
      }
      return whole;
    });
  }

  message(): MessageWriter {
    const message = new Message(this.host.ids.next("msg"), this.#emit, (ended) => this.#messages.delete(ended));
    this.#messages.add(message);
    return message;
  }

  tool<Result>(
    name: string,
    args: JsonObject,
    work: (signal: AbortSignal) => Promise<Result> | Result,
    options: ToolOptions<Result> = {},
  ): Promise<Result> {
    const caller = { emit: this.#emit, ids: this.host.ids, signal: this.signal };
    return this.#begin(() => callTool(caller, name, args, work, options));
  }

  step<Result>(
    name: string,
    work: () => Promise<Result> | Result,
    { metadata, outcome }: StepOptions<Result> = {},
  ): Promise<Result> {
    return this.#begin(async () => {
      if (this.#steps.has(name)) throw misused(`Step "${name}" is under way already; give this one another name.`);
      this.#steps.add(name);
      let about = metadata;
      await this.#emit({ type: EventType.STEP_STARTED, stepName: name, ...(about && { metadata: about }) });
      try {
        const result = await work();
        about = outcome?.(result) ?? about;
        return result;
      } finally {
        this.#steps.delete(name);
        await this.#emit({ type: EventType.STEP_FINISHED, stepName: name, ...(about && { metadata: about }) });
      }
    });
  }

  subagent<Result>(
    who: Subagent,
    work: (sub: Run) => Promise<Result> | Result,
    options: MemberOptions<Result> = {},
  ): Promise<Result> {
    return this.#begin(async () => {
      const subagentRunId = this.host.ids.next("sub");
      await this.#push(memberStarted(who, subagentRunId, this.#owner.subagentRunId));
      const sub = new Scope(this.#core, { name: who.name, subagentRunId });
      try {
        const result = await sub.enclose(work);
        await this.#push(memberFinished(subagentRunId, options.show?.(result)));
        return result;
      } catch (error) {
        await this.#push(memberStopped(subagentRunId, error));
        throw error;
      }
    });
  }

  chart(command: string): Promise<void> {
    const commandType = parseChartCommand(command) === undefined ? "raw" : "chart_command";
    return this.#custom("chart.command", { command, commandType, agent: this.#owner.name });
  }

  chartCreated(chart: Omit<ChartCreatedPayload, "chartId">): Promise<string> {
    const chartId = this.host.ids.next("chart");
    return this.#begin(() => this.#custom("chart.created", { chartId, ...chart }).then(() => chartId));
  }

  artifact(artifact: Omit<ArtifactPayload, "artifactId">): Promise<string> {
    const artifactId = this.host.ids.next("artifact");
    return this.#begin(() => this.#custom("artifact", { artifactId, ...artifact }).then(() => artifactId));
  }

  progress(current: number, total: number, message?: string): Promise<void> {
    return this.#custom("progress", { current, total, ...(message === undefined ? {} : { message }) });
  }

  confidence(value: number): Promise<void> {
    return this.#custom("confidence", { confidence: value });
  }

  task(change: TaskChange): Promise<Task> {
    return this.#begin(async () => {
      const { tasks } = this.#core;
      const id = change.id ?? this.host.ids.next("task");
      const before = tasks.get(id) ?? this.host.view.tasks[id];
      const task = changedTask(before, change, id, this.host.clock.now());
      tasks.set(id, task);
      await this.#custom("task.changed", { task });
      return task;
    });
  }

  custom(name: string, value: unknown): Promise<void> {
    return this.#emit({ type: EventType.CUSTOM, name, value });
  }

  ask(question: string, options: AskOptions = {}): Promise<string> {
    return this.#begin(async () => {
      const { questions } = this.#core;
      const answer = questions.answerTo(options.key ?? question);
      if (answer !== undefined) return answerText(answer.value);
      throw questions.ask(this.host.ids.next("question"), question, options, this.#owner.subagentRunId);
    });
  }

  checkpoint(): Promise<void> {
    return owned(unlessAborted(this.host.checkpoint(), this.signal));
  }

  sleep(ms: number): Promise<void> {
    return owned(sleep(this.host.clock, ms, this.signal));
  }

  /** Starts a piece of work that this scope waits for, whether or not the script does. */
  #begin<Result>(work: () => Promise<Result>): Promise<Result> {
    const promise = owned(work());
    this.#work.add(promise);
    const forget = (): unknown => this.#work.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  async #close(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
    for (const message of this.#messages) await message.end();
    this.#closed = true;
  }

  #custom<Name extends CustomName>(name: Name, value: CustomPayload<Name>): Promise<void> {
    return this.custom(name, value);
  }

  readonly #emit = (body: EventBody): Promise<void> => {
    const { name, subagentRunId } = this.#owner;
    if (this.#closed) return owned(Promise.reject(misused(`${name} has finished; it can say nothing more.`)));
    return this.#push((subagentRunId === undefined ? body : { ...body, subagentRunId }) as AguiEvent);
  };

  #push(event: AguiEvent): Promise<void> {
    return this.#core.channel.push({ ...event, timestamp: this.host.clock.now() });
  }
}

function answerText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function misused(message: string): ThroughlineError {
  return new ThroughlineError("agent_error", message);
}
