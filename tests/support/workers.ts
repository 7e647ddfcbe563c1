import {
  type Assignment,
  type Handed,
  type Notice,
  type Reception,
  type Report,
  type Said,
  systemClock,
  type Workers,
} from "@throughline/gateway";
import { type Clock, ThroughlineError } from "@throughline/protocol";
import { virtualClock } from "@throughline/testing";
import { Mailbox } from "./manual-agent.ts";
import type { TestServer } from "./gateway.ts";

/** A run on its way to a worker; the test decides what becomes of it. */
export interface Handing {
  readonly assignment: Assignment;
  readonly signal: AbortSignal;
  /** It has arrived. @param missing why nobody takes it now */
  accept(missing?: string): void;
  /** Certainly nobody has got it. */
  refuse(error?: ThroughlineError): void;
}

/** The way to workers in this process: it carries what the test says, when the test says so. */
export class ManualWorkers implements Workers {
  readonly notices: Notice[] = [];
  readonly #handings = new Mailbox<Handing>();
  readonly #listeners = new Set<() => void>();
  readonly #served: string;
  /** What waits for somebody who is there and busy: the agents and ages that were asked about, and the answer. */
  readonly asked: (readonly [agent: string, ageMs: number])[] = [];
  busy = false;
  #reachable = true;

  /** @param served what the ids of the threads begin with whose runs are worked on here */
  constructor(served = "request:") {
    this.#served = served;
  }

  serves(threadId: string): boolean {
    return threadId.startsWith(this.#served);
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  set reachable(reachable: boolean) {
    this.#reachable = reachable;
    for (const listener of this.#listeners) listener();
  }

  /** How many listen for changes of `reachable`. */
  get listeners(): number {
    return this.#listeners.size;
  }

  onReachable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hand(assignment: Assignment, signal: AbortSignal): Promise<Handed> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      this.#handings.put({
        assignment,
        signal,
        accept: (missing) => resolve(missing === undefined ? {} : { missing }),
        refuse: (error = new ThroughlineError("unavailable", "Nobody takes it.")) => reject(error),
      });
    });
  }

  async stillWaits(agent: string, ageMs: number): Promise<boolean> {
    this.asked.push([agent, ageMs]);
    return this.busy;
  }

  tell(notice: Notice): void {
    this.notices.push(notice);
  }

  /** What was told of a run, in order. */
  told(runId: string): string[] {
    return this.notices.filter((notice) => notice.runId === runId).map(({ type }) => type);
  }

  /** The next run that is handed over. */
  next(): Promise<Handing> {
    return this.#handings.take();
  }
}

export const THREAD = "request:1";

export interface Saying {
  readonly runId?: string;
  readonly name?: string;
  readonly paused?: boolean;
  readonly threadId?: string;
}

/** Reports to the server, as whoever carries a worker's word does. */
export function report(
  server: TestServer,
  said: Partial<Said> | Report["interpret"],
  about: Saying = {},
): Promise<Reception> {
  const interpret: Report["interpret"] = typeof said === "function" ? said : () => ({ events: [], ...said });
  return server.gateway.workers.report({ tenant: "default", threadId: THREAD, ...about, interpret });
}

/** Asks for a run, and hands it over. */
export async function begin(server: TestServer, workers: ManualWorkers, runId: string): Promise<Handing> {
  const starting = start(server, runId);
  const handing = await workers.next();
  handing.accept();
  const { status, body } = await starting;
  if (status !== 202) throw new Error(`not started: ${JSON.stringify(body)}`);
  return handing;
}

export function start(server: TestServer, runId: string, more: object = {}): Promise<{ status: number; body: any }> {
  return server.post(`/api/v1/threads/${THREAD}/runs`, { agent: "theirs", input: "go", run_id: runId, ...more });
}

/** A clock whose timers wait for the test, while the event loop turns by itself. */
export function timersByHand(): { readonly clock: Clock; advance(ms: number): Promise<void> } {
  const time = virtualClock();
  return {
    clock: {
      now: () => time.now(),
      monotonic: () => time.monotonic(),
      setTimeout: (fn, ms) => time.setTimeout(fn, ms),
      setImmediate: (fn) => systemClock.setImmediate(fn),
    },
    advance: (ms) => time.advance(ms),
  };
}
