import type { Clock, Random, Timer } from "@throughline/protocol";
import type { TabMessage } from "./messages.ts";
import type { TabPlatform } from "./seams.ts";

/** A follower that has heard nothing for so long, in ms, asks whether the leading tab is there. */
const ASK_MS = 2_000;
/** So many questions in a row without an answer, and the leading tab is taken for frozen. */
const MOST_UNANSWERED = 2;

export interface LeadershipPorts {
  readonly platform: TabPlatform;
  /** Of the lock that whoever leads holds. */
  readonly name: string;
  readonly tab: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly post: (message: TabMessage) => void;
  /** This tab leads from now on. */
  readonly lead: () => void;
  /** This tab leads no more. */
  readonly resign: () => void;
}

/**
 * Which tab leads. Whoever holds the lock does; when it goes, the next in line gets the lock. A tab that is
 * frozen runs no timers and keeps its lock: one that is told so hands it over before, and from one that is not
 * it is taken after two questions, 6 s at most.
 *
 * Each time of leading has its `term`, later ones higher: what a tab says that led before counts no more.
 */
export class Leadership {
  readonly #ports: LeadershipPorts;
  #line: AbortController | undefined;
  #release: (() => void) | undefined;
  #ignoreLifecycle = (): void => {};
  #term = 0;
  #isLeading = false;
  #unanswered = 0;
  /** Of a follower: the next question. Of the leading tab: the answer to the last. */
  #timer: Timer | undefined;

  constructor(ports: LeadershipPorts) {
    this.#ports = ports;
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Of the newest leading tab that this one knows of, itself included. */
  get term(): number {
    return this.#term;
  }

  /** Gets in line. */
  start(): void {
    this.#ignoreLifecycle = this.#ports.platform.watchLifecycle((event) => {
      if (event === "freeze") this.#leave();
      else this.#queue();
    });
    this.#queue();
  }

  /** Lets another lead. */
  stop(): void {
    this.#ignoreLifecycle();
    this.#leave();
  }

  /**
   * Takes note of the term in a leading tab's message.
   * @returns whether the message counts: no later tab leads
   */
  heard(term: number): boolean {
    if (term > this.#term) {
      this.#term = term;
      if (this.#isLeading) this.#resign();
    }
    return term === this.#term && !this.#isLeading;
  }

  /** The leading tab runs. */
  answered(): void {
    this.#unanswered = 0;
    this.#watch();
  }

  /** Another tab asks whether the leading one runs. */
  asked(): void {
    if (!this.#isLeading) {
      // The other's question, and its answer, will do.
      this.#unanswered += 1;
      return this.#watch();
    }
    // From a timer: a frozen page may still be given messages, and would answer them though nothing else runs.
    this.#timer ??= this.#ports.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#ports.post({ to: "tabs", type: "alive", term: this.#term });
    }, 0);
  }

  #queue(): void {
    if (this.#line !== undefined) return;
    const line = new AbortController();
    this.#line = line;
    this.#unanswered = 0;
    this.#watch();
    this.#take(
      line,
      this.#ports.platform.acquire(this.#ports.name, line.signal, () => this.#lost(line)),
    );
  }

  /** The lock is there for whoever is in line, and for those only. */
  #take(line: AbortController, lock: Promise<() => void>): void {
    lock.then(
      (release) => {
        if (this.#line !== line) return release();
        this.#release = release;
        this.#lead();
      },
      // It was ended before it was this tab's turn; or a page without an origin has no locks, and is alone.
      () => {
        if (this.#line === line && !line.signal.aborted) this.#lead();
      },
    );
  }

  #lead(): void {
    const { clock, random, lead, post } = this.#ports;
    this.#stopTimer();
    // One clock for all tabs: later, and never the same.
    this.#term = Math.max(clock.now(), this.#term + 1) + random.next();
    this.#isLeading = true;
    lead();
    post({ to: "tabs", type: "lead", term: this.#term });
  }

  /** Somebody has taken the lock. */
  #lost(line: AbortController): void {
    if (this.#line === line && this.#isLeading) this.#resign();
  }

  #resign(): void {
    this.#leave();
    this.#queue();
  }

  #leave(): void {
    const wasLeading = this.#isLeading;
    this.#isLeading = false;
    this.#stopTimer();
    this.#line?.abort();
    this.#line = undefined;
    // First the connection: the next to lead opens its own.
    if (wasLeading) this.#ports.resign();
    this.#release?.();
    this.#release = undefined;
  }

  #watch(): void {
    this.#stopTimer();
    // Whoever is not in line will not lead, and needs to know nothing.
    if (this.#line === undefined) return;
    // Not all at once: one question, and its answer, serve all tabs.
    const waitMs = ASK_MS * (1 - this.#ports.random.next() / 4);
    this.#timer = this.#ports.clock.setTimeout(() => this.#ask(), waitMs);
  }

  #ask(): void {
    // A machine that has slept asks first: it has given nobody the time to answer.
    if (this.#unanswered >= MOST_UNANSWERED) return this.#takeOver();
    this.#unanswered += 1;
    this.#watch();
    this.#ports.post({ to: "leader", type: "ask", tab: this.#ports.tab });
  }

  #takeOver(): void {
    const { platform, name } = this.#ports;
    // Else this tab would stand in line behind itself.
    this.#line?.abort();
    const line = new AbortController();
    this.#line = line;
    this.#take(
      line,
      platform.steal(name, () => this.#lost(line)),
    );
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
