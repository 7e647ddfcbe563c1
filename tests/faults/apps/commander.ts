import type { TextStore, Thread } from "@throughline/client";
import { ThroughlineError } from "@throughline/protocol";
import type { Entry } from "../history.ts";
import type { World } from "../world.ts";
import type { AppAct } from "./plan.ts";

type Command = Extract<AppAct, { readonly type: "say" | "stop" | "answer" | "pause" | "fork" }>;
type About = Pick<Entry, "what" | "thread" | "run" | "about"> & { readonly op?: Entry["op"] };

/** Refusals that leave open whether it was done. */
const UNKNOWN = new Set(["unavailable", "not_delivered", "client_closed"]);

/** Gives the commands of one page, and puts on record what became of them. */
export class Commander {
  readonly #page: string;
  readonly #world: World;
  readonly #stored: TextStore;
  readonly #left = Promise.withResolvers<"left">();
  #count = 0;
  #pending = 0;

  /** @param stored what the page's client keeps in its tab */
  constructor(page: string, world: World, stored: TextStore) {
    this.#page = page;
    this.#stored = stored;
    this.#world = world;
  }

  /** Commands whose outcome is awaited. */
  get pending(): number {
    return this.#pending;
  }

  /** The page is gone; nobody will know what becomes of its commands. */
  leave(): void {
    this.#left.resolve("left");
  }

  do(act: Command, thread: Thread): void {
    switch (act.type) {
      case "say":
        return this.#say(thread, JSON.stringify(act.script));
      case "stop":
        return this.#stop(thread);
      case "answer":
        return this.#answer(thread);
      case "pause":
        return void this.#pause(thread, act.forMs);
      case "fork":
        return this.#fork(thread, act.share);
    }
  }

  #say(thread: Thread, text: string): void {
    const sent = thread.send({ text, agent: "puppet" });
    void this.#told({ what: "start", run: this.#lastSaid(thread.id), about: text }, thread, sent);
  }

  #stop(thread: Thread): void {
    const { runs } = thread.view.get().view;
    const run = (runs.find(({ endSeq }) => endSeq === null) ?? runs.at(-1))?.runId;
    if (run !== undefined) void this.#told({ op: "cancel", what: "cancel", run }, thread, thread.stop(run));
  }

  #answer(thread: Thread): void {
    const [pending] = thread.view.get().view.pendingInterrupts;
    if (pending === undefined) return;
    const { runId: run, interrupt } = pending;
    const answer = `${this.#page} ${this.#count}`;
    const about = { what: "answer", run, about: `${interrupt.id} ${answer}` };
    void this.#told(about, thread, thread.answer(interrupt.id, answer));
  }

  async #pause(thread: Thread, forMs: number): Promise<void> {
    const run = thread.view.get().view.runs.find(({ endSeq }) => endSeq === null)?.runId;
    if (run === undefined) return;
    const phase = await this.#told({ what: "pause", run }, thread, thread.pause(run));
    if (phase === "fail") return;
    await new Promise<void>((resolve) => this.#world.clock.setTimeout(resolve, forMs));
    await this.#told({ what: "resume", run }, thread, thread.resume(run));
  }

  #fork(thread: Thread, share: number): void {
    const at = Math.floor(thread.view.get().view.lastSeq * share);
    const target = `${thread.id}-${this.#page.replace("#", "-")}-${this.#count}-fork`;
    void this.#told({ what: "fork", about: `${target}@${at}` }, thread, thread.fork({ at, thread: target }));
  }

  /** The run id of what was said last, which the tab keeps for the case of a reload. */
  #lastSaid(thread: string): string {
    const kept = JSON.parse(this.#stored.get(`outgoing.${thread}`) ?? "[]") as { readonly runId: string }[];
    return kept.at(-1)?.runId ?? "";
  }

  async #told(about: About, { id }: Thread, work: Promise<unknown>): Promise<Entry["phase"]> {
    this.#count += 1;
    const entry = {
      op: "append",
      ...about,
      conn: `${this.#page} says ${this.#count}`,
      thread: id,
      transport: "app",
    } as const;
    this.#world.history.add({ ...entry, phase: "invoke" });
    this.#pending += 1;
    const outcome = await Promise.race([this.#outcomeOf(work), this.#left.promise]);
    this.#pending -= 1;
    const told = outcome === "left" ? ({ phase: "info", code: "left" } as const) : outcome;
    this.#world.history.add({ ...entry, ...told });
    return told.phase;
  }

  async #outcomeOf(work: Promise<unknown>): Promise<{ phase: "ok" } | { phase: "fail" | "info"; code: string }> {
    try {
      await work;
      return { phase: "ok" };
    } catch (error) {
      const { code, message } = ThroughlineError.from(error);
      if (code === "internal") this.#world.misdeeds.push(`${this.#page} was told "internal": ${message}`);
      return { phase: UNKNOWN.has(code) ? "info" : "fail", code };
    }
  }
}
