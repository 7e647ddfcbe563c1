import type { JsonObject } from "@throughline/protocol";
import type { JsonAnswer, MemoryHttp } from "@throughline/testing";
import type { Entry, Op } from "./history.ts";
import type { Surroundings } from "./followers/surroundings.ts";

/** How a call came out; `info`: nobody knows. */
export interface Outcome {
  readonly phase: "ok" | "fail" | "info";
  readonly code?: string;
  readonly body?: JsonObject;
}

export type CallAbout = Pick<Entry, "what" | "thread" | "run" | "about"> & { readonly op?: Op };

const TRIES = 4;
const AGAIN_MS = 300;
/** How long a caller waits for an answer before it gives up. */
const PATIENCE_MS = 5_000;
/** Refusals that leave open whether it was done. */
const UNKNOWN = new Set(["unavailable"]);
/** Refusals that a caller does not take for an answer. */
const TRY_LATER = new Set(["draining", "storage_full", "refused"]);

/** Callers of the HTTP API, who try again with the same ids when they do not know what became of a call. */
export class Callers {
  readonly #world: Surroundings;
  #count = 0;
  #pending = 0;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Calls that are still waiting for their outcome. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Makes a call until its outcome is known or patience runs out, and puts each try on record.
   * @param lost the first answer never arrives
   */
  async call(about: CallAbout, send: (http: MemoryHttp) => Promise<JsonAnswer>, lost = false): Promise<Outcome> {
    this.#pending += 1;
    let outcome: Outcome = { phase: "info" };
    for (let attempt = 0; attempt < TRIES; attempt++) {
      outcome = await this.#try(about, send, lost && attempt === 0);
      if (outcome.phase === "ok" || (outcome.phase === "fail" && !TRY_LATER.has(outcome.code ?? ""))) break;
      await this.#wait(AGAIN_MS);
    }
    this.#pending -= 1;
    return outcome;
  }

  async #try(about: CallAbout, send: (http: MemoryHttp) => Promise<JsonAnswer>, lost: boolean): Promise<Outcome> {
    const entry = { op: "append", ...about, conn: `call-${++this.#count}` } as const;
    const { http, history } = this.#world;
    if (http === undefined) return { phase: "fail", code: "refused" };
    history.add({ ...entry, phase: "invoke" });
    const outcome = await Promise.race([this.#answer(send(http)), this.#gone()]);
    const told: Outcome = lost ? { phase: "info", code: "answer lost" } : outcome;
    if (lost) this.#world.fault("network answer lost");
    history.add({ ...entry, phase: told.phase, ...(told.code === undefined ? {} : { code: told.code }) });
    return told;
  }

  async #answer(answering: Promise<JsonAnswer>): Promise<Outcome> {
    const answer = await answering.catch(() => undefined);
    if (answer === undefined) return { phase: "info", code: "connection lost" };
    const { status, body } = answer;
    if (status < 300) return { phase: "ok", body };
    const { code, message } = body["error"] as { code: string; message: string };
    if (code === "internal") this.#world.misdeeds.push(`a call was answered "internal": ${message}`);
    return { phase: UNKNOWN.has(code) ? "info" : "fail", code };
  }

  /** Resolves when the server dies, or when the caller has waited long enough. */
  #gone(): Promise<Outcome> {
    return new Promise((resolve) => {
      const forget = this.#world.onDown(() => resolve({ phase: "info", code: "connection lost" }));
      this.#world.clock.setTimeout(() => {
        forget();
        resolve({ phase: "info", code: "no answer" });
      }, PATIENCE_MS);
    });
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.clock.setTimeout(resolve, ms));
  }
}
