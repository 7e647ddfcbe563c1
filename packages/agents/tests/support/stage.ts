import {
  emptyView,
  reduceAll,
  silentLogger,
  type Agent,
  type AgentContext,
  type AguiEvent,
  type Clock,
  type Json,
  type ResumeEntry,
  type RunAgentInput,
  type ThreadView,
  type Timer,
} from "@throughline/protocol";
import { EventType } from "@throughline/protocol";

export const THREAD = "thread-1";

/** Time that passes only when the program has nothing else to do: the next timer is due as soon as the event loop is idle. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<{ at: number; fn: () => void }>();
  readonly start = 1_700_000_000_000;
  #now = this.start;
  #pumping = false;

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Virtual milliseconds since the start. */
  get elapsed(): number {
    return this.#now - this.start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    this.#pump();
    return { cancel: () => void this.#timers.delete(timer) };
  }

  setImmediate(fn: () => void): void {
    setImmediate(fn);
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (next === undefined) return;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      this.#pump();
    });
  }
}

/** A thread as the gateway keeps it: its runs' events folded into a view that the next run is given. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly controller = new AbortController();
  /** Commands sent to other threads' charts. */
  readonly drawn: { sessionId: string; command: string }[] = [];
  readonly checkpoints: number[] = [];
  view: ThreadView = emptyView(THREAD);
  #ids = 0;
  #runs = 0;

  readonly context: AgentContext;

  constructor(overrides: Partial<AgentContext> = {}) {
    const view = (): ThreadView => this.view;
    this.context = {
      signal: this.controller.signal,
      logger: silentLogger,
      clock: this.clock,
      ids: { next: (kind) => `${kind}-${++this.#ids}` },
      get view() {
        return view();
      },
      checkpoint: async () => {
        this.checkpoints.push(this.clock.now());
        this.controller.signal.throwIfAborted();
      },
      charts: {
        streamChartCommand: async (sessionId, command) => this.drawn.push({ sessionId, command }),
      },
      tasks: { put: async () => {} },
      ...overrides,
    };
  }

  /** The input of a run that a message starts. */
  message(text: string, context?: { [key: string]: Json }): RunAgentInput {
    const forwardedProps = context === undefined ? {} : { context };
    return { ...this.#input(), messages: [{ id: `user-${this.#runs}`, role: "user", content: text }], forwardedProps };
  }

  /** The input of a run that an answer to the thread's open question starts. */
  answer(payload: Json): RunAgentInput {
    const [pending] = this.view.pendingInterrupts;
    if (pending === undefined) throw new Error("nothing was asked");
    const entry: ResumeEntry = { interruptId: pending.interrupt.id, status: "resolved", payload };
    return { ...this.#input(), parentRunId: pending.runId, resume: [entry] };
  }

  /** Runs the agent to its end and folds the whole run into the view. @returns what the agent yielded */
  async run(agent: Agent, input: RunAgentInput): Promise<AguiEvent[]> {
    const events: AguiEvent[] = [];
    for await (const event of agent.run(input, this.context)) events.push(event);
    this.fold(framed(events, input));
    return events;
  }

  fold(events: readonly AguiEvent[]): void {
    const first = this.view.lastSeq + 1;
    this.view = reduceAll(
      this.view,
      events.map((event, index) => ({ seq: first + index, event })),
    );
  }

  #input(): RunAgentInput {
    return { threadId: THREAD, runId: `run-${++this.#runs}`, messages: [], tools: [], context: [] };
  }
}

/** An agent's events with the frame the gateway puts around them. */
export function framed(events: readonly AguiEvent[], { threadId, runId, ...input }: RunAgentInput): AguiEvent[] {
  const start: AguiEvent = { type: EventType.RUN_STARTED, threadId, runId, input: { threadId, runId, ...input } };
  const last = events.at(-1)?.type;
  if (last === EventType.RUN_FINISHED || last === EventType.RUN_ERROR) return [start, ...events];
  return [start, ...events, { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: "success" } }];
}

/** The text of all messages, in the order of their events. */
export function textOf(events: readonly AguiEvent[]): string {
  return events.map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? event.delta : "")).join("");
}

/** Types in order, CUSTOM events by their name. */
export function outline(events: readonly AguiEvent[]): string[] {
  return events.map((event) => (event.type === EventType.CUSTOM ? event.name : event.type));
}
