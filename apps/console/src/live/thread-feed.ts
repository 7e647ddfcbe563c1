import { decodeView, parseCursor, reduce } from "@throughline/protocol";
import type { AguiEvent, ThreadEvent, ThreadView } from "@throughline/protocol";
import type { Api } from "./api.ts";
import { transition } from "./connection.ts";
import type { Connection, ConnectionEvent, Effect } from "./connection.ts";
import { failureOf, NO_ANSWER, RequestError } from "../server/failure.ts";
import { createSseReader } from "./sse.ts";
import type { SseMessage } from "./sse.ts";
import { ThrottledStore } from "./store.ts";
import type { System } from "./seams.ts";

/** What the page knows of a thread. */
export interface Feed {
  readonly connection: Connection;
  /** Null until it has come for the first time; then it stays, also while reconnecting. */
  readonly view: ThreadView | null;
  readonly epoch: string | null;
  /** The thread's head as last told by the server; beyond `view.lastSeq` while catching up. */
  readonly head: number;
}

/** Renders at most this often. */
const PUBLISH_MS = 50;

/**
 * Follows one thread: fetches its view, then folds its events in, from exactly where the view ends,
 * across breaks, restarts and resets. It does what the transition function says and nothing else.
 */
export class ThreadFeed {
  readonly feed: ThrottledStore<Feed>;
  readonly #api: Api;
  readonly #system: System;
  readonly #threadId: string;
  readonly #onView: (view: ThreadView) => void;
  readonly #listeners = new Set<(event: ThreadEvent) => void>();
  #request = new AbortController();
  #cancelTimer = (): void => {};
  /** Whether the events behind the present view have been followed before. */
  #followed = false;

  constructor(api: Api, system: System, threadId: string, onView: (view: ThreadView) => void) {
    this.#api = api;
    this.#system = system;
    this.#threadId = threadId;
    this.#onView = onView;
    const initial: Feed = { connection: { phase: "idle" }, view: null, epoch: null, head: 0 };
    this.feed = new ThrottledStore(initial, PUBLISH_MS, system.after);
  }

  start(): void {
    this.#dispatch({ type: "start" });
  }

  stop(): void {
    this.#dispatch({ type: "stop" });
  }

  /** Connects now if it is waiting; checks the connection if it was silent for long. */
  nudge(): void {
    this.#dispatch({ type: "nudge" });
  }

  /** Calls with each event that is folded in, at once; the returned function ends that. */
  events(listener: (event: ThreadEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #dispatch(event: ConnectionEvent): void {
    const env = { now: this.#system.now(), random: this.#system.random() };
    const { state, effects } = transition(this.feed.peek().connection, event, env);
    this.#patch({ connection: state });
    for (const effect of effects) this.#perform(effect);
  }

  #patch(change: Partial<Feed>): void {
    this.feed.set({ ...this.feed.peek(), ...change });
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "abort":
        this.#cancelTimer();
        this.#request.abort();
        this.#request = new AbortController();
        return;
      case "load":
        return this.#attempt((signal) => this.#load(signal));
      case "open":
        return this.#attempt((signal) => this.#follow(signal));
      case "wait":
        return this.#timer(effect.ms, { type: "due" });
      case "watch":
        return this.#timer(effect.ms, { type: "silent" });
    }
  }

  #timer(ms: number, event: ConnectionEvent): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#system.after(ms, () => this.#dispatch(event));
  }

  /** For what only adorns the page: when it fails, the page is as right without it. */
  #inBackground(work: Promise<void>): void {
    work.catch(() => {});
  }

  /** Runs `work` under the present request's signal; what it throws counts only while that stands. */
  #attempt(work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#request;
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#dispatch({ type: "failed", failure: failureOf(error) });
    });
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { view, epoch } = decodeView(await this.#api.view(this.#threadId, signal));
    if (signal.aborted) return;
    this.#patch({ view, epoch, head: view.lastSeq });
    this.#followed = false;
    this.#onView(view);
    this.#dispatch({ type: "loaded" });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { view, epoch } = this.feed.peek();
    if (view === null || epoch === null) return this.#dispatch({ type: "reset" });
    const isReturn = this.#followed;
    this.#followed = true;
    if (isReturn) this.#inBackground(this.#askHead(signal));
    const response = await this.#api.follow(this.#threadId, { epoch, seq: view.lastSeq }, signal);
    if (signal.aborted || response.body === null) return;
    this.#dispatch({ type: "opened" });
    const read = createSseReader();
    for await (const text of textOf(response.body)) {
      if (signal.aborted) return;
      this.#dispatch({ type: "heard" });
      for (const message of read(text)) if (!signal.aborted) this.#receive(message);
    }
    // The server never ends a live stream of its own accord: something on the way cut it.
    throw new RequestError(NO_ANSWER);
  }

  #receive(message: SseMessage): void {
    if (message.event === "reset") return this.#dispatch({ type: "reset" });
    const position = parseCursor(message.id ?? "");
    const { view, epoch, head } = this.feed.peek();
    if (position === undefined || view === null || position.epoch !== epoch) return this.#dispatch({ type: "reset" });
    // An event twice would double its text: one that is here already is passed over.
    if (position.seq <= view.lastSeq) return;
    if (position.seq > view.lastSeq + 1) return this.#dispatch({ type: "reset" });
    const at = { seq: position.seq, event: JSON.parse(message.data) as AguiEvent };
    const next = reduce(view, at);
    this.#patch({ view: next, head: Math.max(head, position.seq) });
    for (const listener of this.#listeners) listener(at);
    this.#onView(next);
  }

  /** How far the thread has got meanwhile, so that the page can say how much it is behind. */
  async #askHead(signal: AbortSignal): Promise<void> {
    const { view, epoch, head } = this.feed.peek();
    if (view === null || epoch === null) return;
    const page = await this.#api.events(this.#threadId, { epoch, seq: view.lastSeq }, { limit: 1, signal });
    if (!signal.aborted) this.#patch({ head: Math.max(head, page.last_seq) });
  }
}

/** The body's text, piece by piece. Not `for await`: Safari's streams are not iterable. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new RequestError(NO_ANSWER, { cause });
    });
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}
