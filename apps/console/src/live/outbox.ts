import type { ThreadView } from "@throughline/protocol";
import type { Api, StartRequest } from "./api.ts";
import { failureOf } from "../server/failure.ts";
import type { Failure } from "../server/failure.ts";
import { Store } from "./store.ts";
import type { System } from "./seams.ts";

/** A message that the thread does not show yet. */
export interface Outgoing extends StartRequest {
  readonly status:
    | "sending"
    /** The server has it; its run starts when the one before it has ended. */
    | "accepted"
    | "failed";
  readonly failure: Failure | null;
}

/**
 * What a person has said and the thread has not shown yet. Shown at once, dropped when its run
 * appears in the view. It outlives a reload: what is found there is sent again under its old run
 * id, which the server answers by attaching (rule R4), so nothing is asked twice.
 */
export class Outbox {
  readonly items = new Store<readonly Outgoing[]>([]);
  readonly #api: Api;
  readonly #system: System;
  readonly #threadId: string;
  readonly #onAnswered: () => void;

  constructor(api: Api, system: System, threadId: string, onAnswered: () => void) {
    this.#api = api;
    this.#system = system;
    this.#threadId = threadId;
    this.#onAnswered = onAnswered;
  }

  /** Takes up what a reload left behind. */
  restore(): void {
    for (const request of parseRequests(this.#system.storage.get(this.#key))) this.#post(request);
  }

  /** @returns the run's id */
  send(agent: string, text: string): string {
    const request = { runId: `run-${this.#system.id()}`, agent, text };
    this.#post(request);
    return request.runId;
  }

  retry(runId: string): void {
    const item = this.items.get().find((item) => item.runId === runId);
    if (item?.status === "failed") this.#post(item);
  }

  /** Forgets a message that failed. @returns its text, for the composer */
  discard(runId: string): string | undefined {
    const item = this.items.get().find((item) => item.runId === runId);
    this.#set(this.items.get().filter((item) => item.runId !== runId));
    return item?.text;
  }

  /** Whether the server has yet to answer one of them. */
  isSending(): boolean {
    return this.items.get().some((item) => item.status === "sending");
  }

  /** Drops what the thread now shows. */
  settle(view: ThreadView): void {
    if (this.items.get().length === 0) return;
    const shown = new Set(view.runs.map((run) => run.runId));
    const left = this.items.get().filter((item) => !shown.has(item.runId));
    if (left.length < this.items.get().length) this.#set(left);
  }

  #post(request: StartRequest): void {
    this.#put({ ...request, status: "sending", failure: null });
    this.#api.start(this.#threadId, request).then(
      () => {
        this.#change(request.runId, { status: "accepted" });
        this.#onAnswered();
      },
      (error: unknown) => {
        this.#change(request.runId, { status: "failed", failure: failureOf(error) });
        this.#onAnswered();
      },
    );
  }

  #put(item: Outgoing): void {
    const others = this.items.get().filter(({ runId }) => runId !== item.runId);
    this.#set([...others, item]);
  }

  /** The item may be gone: its run's first event can overtake the answer to the request. */
  #change(runId: string, change: Partial<Outgoing>): void {
    this.#set(this.items.get().map((item) => (item.runId === runId ? { ...item, ...change } : item)));
  }

  #set(items: readonly Outgoing[]): void {
    this.items.set(items);
    const kept = items.map(({ runId, agent, text }) => ({ runId, agent, text }));
    this.#system.storage.set(this.#key, kept.length === 0 ? null : JSON.stringify(kept));
  }

  get #key(): string {
    return `throughline.outbox.${this.#threadId}`;
  }
}

function parseRequests(text: string | null): StartRequest[] {
  if (text === null) return [];
  try {
    const parsed = JSON.parse(text) as unknown;
    return Array.isArray(parsed) ? parsed.filter(isRequest) : [];
  } catch {
    // Written by something else; there is nothing of ours to send.
    return [];
  }
}

function isRequest(value: unknown): value is StartRequest {
  const { runId, agent, text } = (value ?? {}) as Record<string, unknown>;
  return typeof runId === "string" && typeof agent === "string" && typeof text === "string";
}
