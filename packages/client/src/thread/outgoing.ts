import { type ErrorCode, ERRORS, type RunText, type ThreadView, ThroughlineError } from "@throughline/protocol";
import type { TextStore } from "../seams.ts";

/** A message that the thread does not show yet. */
export interface Outgoing {
  /** Also the run's id: the message is on its way until the run shows. */
  readonly runId: string;
  readonly text: string;
  readonly context?: RunText["context"];
  readonly agent?: string;
  /** When a person has sent it, in ms since the Unix epoch. */
  readonly at: number;
  readonly status:
    | "sending"
    /** The server cannot take it now, and `error` says why; it is sent again by itself. */
    | "waiting"
    /** The server has it; its run starts when the one before it has ended. */
    | "accepted"
    | "failed";
  readonly error: ThroughlineError | null;
}

type Message = Pick<Outgoing, "runId" | "text" | "context" | "agent">;

/** What is kept of a message across a reload. */
interface Kept extends Message, Pick<Outgoing, "at"> {
  /** The server has it: it is not sent again, however old it is. */
  readonly isAccepted?: boolean;
  /** Why it failed, so that what was told to have failed is not sent by itself. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

const KEY = "throughline.outgoing.";
const INDEX_KEY = "throughline.outgoing";

/** Of a thread that nobody follows, the server's word that a run shows never comes. */
const MOST_ACCEPTED = 100;

const TOO_OLD = { code: "not_delivered", message: "It was not sent before the page was left." } as const;

/** Threads in which a reload has left messages behind. */
export function threadsWithOutgoing(storage: TextStore): string[] {
  return parseList(storage.get(INDEX_KEY)).filter((id) => typeof id === "string");
}

/**
 * What a person has said in one thread and the thread has not shown yet. It outlives a reload: the run
 * ids are the person's, so that what is found again is sent again, and attaches (rule R4).
 */
export class OutgoingMessages {
  readonly #storage: TextStore;
  readonly #threadId: string;
  readonly #now: () => number;
  #items: readonly Outgoing[] = [];

  constructor(storage: TextStore, threadId: string, now: () => number) {
    this.#storage = storage;
    this.#threadId = threadId;
    this.#now = now;
  }

  get items(): readonly Outgoing[] {
    return this.#items;
  }

  find(runId: string): Outgoing | undefined {
    return this.#items.find((item) => item.runId === runId);
  }

  /** Takes up what a reload left behind; what had failed or has grown too old has failed. */
  restore(maxAgeMs: number): void {
    for (const kept of parseList(this.#storage.get(KEY + this.#threadId)).filter(isKept)) {
      const { failure, isAccepted = false, ...message } = kept;
      const found = failure ?? (!isAccepted && this.#now() - message.at > maxAgeMs ? TOO_OLD : undefined);
      const error = found === undefined ? null : new ThroughlineError(found.code, found.message);
      const status = error !== null ? "failed" : isAccepted ? "accepted" : "sending";
      this.#items = [...this.#items, { ...message, status, error }];
    }
  }

  /** Forgets what the server has: whoever looks at the thread again is told it by the server. */
  forgetAccepted(): void {
    const left = this.#items.filter(({ status }) => status !== "accepted");
    if (left.length < this.#items.length) this.#set(left);
  }

  /** Adds a message, or sends one that failed again. */
  put(message: Message): void {
    const others = this.#items.filter(({ runId }) => runId !== message.runId);
    this.#set([...others, { ...message, at: this.#now(), status: "sending", error: null }]);
  }

  /** The message may be gone: its run's first event can overtake the answer to the command. */
  change(runId: string, status: Outgoing["status"], error: ThroughlineError | null): void {
    const items = this.#items.map((item) => (item.runId === runId ? { ...item, status, error } : item));
    const tooMany = items.filter((item) => item.status === "accepted").slice(0, -MOST_ACCEPTED);
    this.#set(tooMany.length === 0 ? items : items.filter((item) => !tooMany.includes(item)));
  }

  remove(runId: string): void {
    this.#set(this.#items.filter((item) => item.runId !== runId));
  }

  /** Drops what the thread now shows. */
  settle(view: ThreadView): void {
    if (this.#items.length === 0) return;
    const shown = new Set(view.runs.map((run) => run.runId));
    const left = this.#items.filter((item) => !shown.has(item.runId));
    if (left.length < this.#items.length) this.#set(left);
  }

  #set(items: readonly Outgoing[]): void {
    this.#items = items;
    const kept = items.map(({ status, error, ...message }) => ({
      ...message,
      ...(status === "accepted" && { isAccepted: true }),
      // A client that was closed with its page has told nobody; the next page goes on.
      ...(status === "failed" &&
        error?.code !== "client_closed" && { failure: { code: error?.code, message: error?.message } }),
    }));
    this.#keep(KEY + this.#threadId, kept);
    const others = threadsWithOutgoing(this.#storage).filter((id) => id !== this.#threadId);
    this.#keep(INDEX_KEY, kept.length === 0 ? others : [...others, this.#threadId]);
  }

  #keep(key: string, list: readonly unknown[]): void {
    this.#storage.set(key, list.length === 0 ? null : (textOf(list) ?? null));
  }
}

/** Undefined where a page has put in what is no JSON; whoever sends it is told so. */
function textOf(list: readonly unknown[]): string | undefined {
  try {
    return JSON.stringify(list);
  } catch {
    return undefined;
  }
}

function parseList(text: string | null): unknown[] {
  if (text === null) return [];
  try {
    const parsed = JSON.parse(text) as unknown;
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    // Written by something else; there is nothing of ours in it.
    return [];
  }
}

function isKept(value: unknown): value is Kept {
  const { runId, text, at, failure } = (value ?? {}) as Record<string, unknown>;
  const code = (failure as { code?: unknown } | undefined)?.code;
  const isFailure = failure === undefined || (typeof code === "string" && Object.hasOwn(ERRORS, code));
  return typeof runId === "string" && typeof text === "string" && typeof at === "number" && isFailure;
}
