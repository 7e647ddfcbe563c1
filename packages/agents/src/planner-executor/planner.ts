import type { JsonObject } from "@throughline/protocol";
import type { Run } from "../builder/run.ts";
import type { Instrument } from "../market/catalogue.ts";
import type { MarketData } from "../market/market-data.ts";
import { commonTimeframe } from "../market/timeframe.ts";
import { askOnce } from "./ask-once.ts";
import type { PlanStep } from "./plan.ts";
import { type Part, readRequest } from "./request.ts";
import { anotherInstrument, settleSymbols } from "./symbols.ts";

/** More instruments at once would make a comparison nobody reads. */
const MOST_INSTRUMENTS = 5;

const LEAVE_OUT = "Leave it out";
const AS_TASK = "Make it a task";

/**
 * The steps that a request comes to, asking where its words leave something open. The same request
 * and the same answers always give the same steps; none where nothing in it can be done.
 */
export async function makeSteps(run: Run, request: string, data: MarketData): Promise<PlanStep[]> {
  const draft = new Draft();
  const parts = readRequest(request);
  for (const [index, part] of parts.entries()) {
    // A request in which nothing is clear is asked about as a whole, by the caller.
    if (part.kind === "unclear" && parts.length === 1) return [];
    await new PartPlanner(run, data, draft, index).add(part);
  }
  return draft.steps;
}

/** The steps so far. */
class Draft {
  readonly steps: PlanStep[] = [];
  readonly #loads = new Map<string, string>();

  /** @returns the step's id */
  add(tool: string, title: string, args: JsonObject, needs: readonly string[] = []): string {
    const order = this.steps.length + 1;
    const stepId = `step-${order}`;
    this.steps.push({ stepId, order, tool, title, status: "pending", args, needs });
    return stepId;
  }

  /** Each series is loaded once. @returns the id of the step that does it */
  load({ symbol, name }: Instrument, timeframe: string | undefined): string {
    const key = `${symbol} ${timeframe ?? ""}`;
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    const stepId = this.add("load_series", `Load ${name}`, { symbol, ...framed(timeframe) });
    this.#loads.set(key, stepId);
    return stepId;
  }

  newest(tool?: string): PlanStep | undefined {
    return this.steps.findLast((step) => tool === undefined || step.tool === tool);
  }
}

/** Adds one part of the request to the draft. */
class PartPlanner {
  readonly #run: Run;
  readonly #data: MarketData;
  readonly #draft: Draft;
  /** Names the part's questions apart from those of other parts. */
  readonly #index: number;

  constructor(run: Run, data: MarketData, draft: Draft, index: number) {
    this.#run = run;
    this.#data = data;
    this.#draft = draft;
    this.#index = index;
  }

  async add(part: Part): Promise<void> {
    switch (part.kind) {
      case "calculate":
        this.#draft.add("calculate", `Calculate ${part.words}`, { expression: part.expression });
        return;
      case "fetch":
        this.#draft.add("http_get", `Fetch ${part.url}`, { url: part.url });
        return;
      case "market":
        return this.#market(part.words, part.compare);
      case "task":
        return this.#task(part);
      case "unclear":
        return this.#unclear(part.words);
    }
  }

  async #market(words: string, compare: boolean): Promise<void> {
    const found = await this.#data.find(words);
    if (found.length === 0) return this.#unclear(words);
    let instruments = await settleSymbols(this.#run, this.#data, found.slice(0, MOST_INSTRUMENTS));
    const [only] = instruments;
    if (compare && only !== undefined && instruments.length === 1)
      instruments = [only, ...(await anotherInstrument(this.#run, this.#data, only))];
    if (compare && instruments.length > 1) this.#compare(words, instruments);
    else for (const instrument of instruments) this.#describe(words, instrument);
  }

  #compare(words: string, instruments: readonly Instrument[]): void {
    const timeframe = commonTimeframe(words, instruments);
    const needs = instruments.map((instrument) => this.#draft.load(instrument, timeframe));
    const symbols = instruments.map(({ symbol }) => symbol);
    const title = `Compare ${instruments.map(({ name }) => name).join(" and ")}`;
    this.#draft.add("compare_series", title, { symbols, ...framed(timeframe) }, needs);
  }

  #describe(words: string, instrument: Instrument): void {
    const timeframe = commonTimeframe(words, [instrument]);
    const load = this.#draft.load(instrument, timeframe);
    // Who only wants it loaded has it.
    if (/^load\b/i.test(words)) return;
    const args = { symbol: instrument.symbol, ...framed(timeframe) };
    this.#draft.add("series_statistics", `Measure ${instrument.name}`, args, [load]);
  }

  async #task({ title, about }: Extract<Part, { kind: "task" }>): Promise<void> {
    const source = about === "previous" ? this.#draft.newest() : this.#draft.newest("compare_series");
    if (about !== undefined && source !== undefined) {
      const name = about === "previous" ? `Make a task of "${source.title}"` : `Make a task for the ${about} one`;
      this.#draft.add("create_task", name, { about }, [source.stepId]);
      return;
    }
    const said = title !== "" && about === undefined ? title : await this.#askForTitle();
    if (said.trim() !== "") this.#titled(said.trim());
  }

  #askForTitle(): Promise<string> {
    return askOnce(this.#run, `task:${this.#index}`, "What should the task say?");
  }

  #titled(words: string): void {
    const title = words.charAt(0).toUpperCase() + words.slice(1, 200);
    this.#draft.add("create_task", `Make the task "${title}"`, { title });
  }

  async #unclear(words: string): Promise<void> {
    const question = `I do not know what to do about "${words.slice(0, 200)}". What should become of it?`;
    const answer = await askOnce(this.#run, `unclear:${this.#index}`, question, [LEAVE_OUT, AS_TASK]);
    if (answer === AS_TASK) return this.#titled(words);
    if (answer === LEAVE_OUT || answer.trim() === "") return;
    // Said in other words; those that are not clear either are let be.
    for (const part of readRequest(answer)) if (part.kind !== "unclear") await this.#addOther(part);
  }

  async #addOther(part: Part): Promise<void> {
    if (part.kind === "market" && (await this.#data.find(part.words)).length === 0) return;
    await this.add(part);
  }
}

function framed(timeframe: string | undefined): JsonObject {
  return timeframe === undefined ? {} : { timeframe };
}
