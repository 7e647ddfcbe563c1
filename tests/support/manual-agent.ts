import type { Agent, AgentContext, AguiEvent, RunAgentInput } from "@throughline/protocol";

/** One run of a {@link manualAgent}, driven by the test. */
export interface ManualRun {
  readonly input: RunAgentInput;
  readonly context: AgentContext;
  /** Yields the event; resolves when the gateway asks for the next one. */
  emit(event: AguiEvent): Promise<void>;
  /** Ends the iterable, or throws in it. */
  finish(error?: unknown): void;
}

type Step = { readonly event: AguiEvent; readonly taken: () => void } | { readonly error: unknown } | "end";

/** An agent whose every event the test decides. */
export function manualAgent(name = "manual"): { readonly agent: Agent; next(): Promise<ManualRun> } {
  const runs = new Mailbox<ManualRun>();
  const agent: Agent = {
    name,
    run: async function* (input, context) {
      const steps = new Mailbox<Step>();
      runs.put({
        input,
        context,
        emit: (event) => new Promise((taken) => steps.put({ event, taken })),
        finish: (error) => steps.put(error === undefined ? "end" : { error }),
      });
      for (;;) {
        const step = await steps.take();
        if (step === "end") return;
        if ("error" in step) throw step.error;
        yield step.event;
        step.taken();
      }
    },
  };
  return { agent, next: () => runs.take() };
}

/** What is put is taken in order, by whoever waits first. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #takers: ((item: Item) => void)[] = [];

  put(item: Item): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  take(): Promise<Item> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as Item);
    return new Promise((resolve) => this.#takers.push(resolve));
  }
}
