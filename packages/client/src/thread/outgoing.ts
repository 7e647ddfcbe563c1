import { type ErrorCode, ERRORS, type RunText, ThroughlineError } from "@throughline/protocol";
import { parsed } from "../carriers/parsed.ts";
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
  readonly code?: ErrorCode;
  readonly reason?: string;
}

const KEY = "outgoing.";
const INDEX_KEY = "outgoing";

/** Of a thread that nobody follows, the server's word that a run shows never comes. */
const MOST_ACCEPTED = 100;

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
      const { isAccepted = false, code, reason = "It was not sent before the page was left.", ...message } = kept;
      const isTooOld = !isAccepted && this.#now() - message.at > maxAgeMs;
      const found = code ?? (isTooOld ? "not_delivered" : undefined);
      const error = found === undefined ? null : new ThroughlineError(found, reason);
      const status = error !== null ? "failed" : isAccepted ? "accepted" : "sending";
      this.#items = [...this.#items, { ...message, status, error }];
    }
  }

  /** Adds a message, or sends one that failed again. */
  put(message: Message): void {
    const others = this.#items.filter(({ runId }) => runId !== message.runId);
    this.#set([...others, { ...message, at: this.#now(), status: "sending", error: null }]);
  }

  /**
   * The message may be gone: its run's first event can overtake the answer to the command.
   * @param newRunId under which it is to be sent again
   */
  change(runId: string, status: Outgoing["status"], error: ThroughlineError | null, newRunId = runId): void {
    this.#set(this.#items.map((item) => (item.runId === runId ? { ...item, runId: newRunId, status, error } : item)));
    const accepted = this.#items.filter(({ status: each }) => each === "accepted").slice(0, -MOST_ACCEPTED);
    this.drop((item) => accepted.includes(item));
  }

  /** Forgets those that need not be shown any more. */
  drop(isOver: (item: Outgoing) => boolean): void {
    const left = this.#items.filter((item) => !isOver(item));
    if (left.length < this.#items.length) this.#set(left);
  }

  #set(items: readonly Outgoing[]): void {
    this.#items = items;
    const kept = items.map(({ status, error, ...message }) => ({
      ...message,
      ...(status === "accepted" && { isAccepted: true }),
      // A client that was closed with its page has told nobody; the next page goes on.
      ...(status === "failed" && error?.code !== "client_closed" && { code: error?.code, reason: error?.message }),
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
  // Of what something else has written, nothing is ours.
  const list = parsed<object>(text ?? "");
  return Array.isArray(list) ? list : [];
}

function isKept(value: unknown): value is Kept {
  // Without a code it has not failed.
  const { runId, text, at, code = "internal" } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof runId === "string" &&
    typeof text === "string" &&
    typeof at === "number" &&
    Object.hasOwn(ERRORS, code as PropertyKey)
  );
}
