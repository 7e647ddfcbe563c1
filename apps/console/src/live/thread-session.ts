import type { Api } from "./api.ts";
import { Outbox } from "./outbox.ts";
import type { System } from "./seams.ts";
import { ThreadFeed } from "./thread-feed.ts";

/** One thread as this page holds it: what it says, what is on its way to it, and how to steer it. */
export class ThreadSession {
  readonly threadId: string;
  readonly live: ThreadFeed;
  readonly outbox: Outbox;
  readonly #api: Api;
  #open = false;

  constructor(api: Api, system: System, threadId: string) {
    this.#api = api;
    this.threadId = threadId;
    this.outbox = new Outbox(api, system, threadId, () => this.#follow());
    this.live = new ThreadFeed(api, system, threadId, (view) => this.outbox.settle(view));
    this.outbox.restore();
  }

  /**
   * Begins to follow. A thread comes to be with its first run, so while a start is unanswered it
   * waits: asked too early, the server would rightly say that there is no such thread.
   */
  open(): void {
    this.#open = true;
    if (!this.outbox.isSending()) this.#follow();
  }

  close(): void {
    this.#open = false;
    this.live.stop();
  }

  /** @throws RequestError */
  async steer(runId: string, action: "cancel" | "pause" | "resume"): Promise<void> {
    await this.#api.steer(runId, action);
  }

  /** @throws RequestError with `already_answered` when somebody was faster */
  async answer(runId: string, interruptId: string, answer: unknown): Promise<void> {
    await this.#api.answer(this.threadId, runId, interruptId, answer);
  }

  #follow(): void {
    if (this.#open) this.live.start();
  }
}

/** Sessions by thread, so that a message sent on one page is on its way still on the next. */
export class Sessions {
  readonly #sessions = new Map<string, ThreadSession>();
  readonly #api: Api;
  readonly #system: System;

  constructor(api: Api, system: System) {
    this.#api = api;
    this.#system = system;
  }

  get(threadId: string): ThreadSession {
    const found = this.#sessions.get(threadId);
    if (found !== undefined) return found;
    const session = new ThreadSession(this.#api, this.#system, threadId);
    this.#sessions.set(threadId, session);
    return session;
  }

  /** A session of a thread that is not there yet. */
  create(): ThreadSession {
    return this.get(`web-${this.#system.id()}`);
  }
}
