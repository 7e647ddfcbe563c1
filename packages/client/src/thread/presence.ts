import type { Clock, PresenceFrame, Timer, Watcher, WatchersFrame } from "@throughline/protocol";
import { type Readable, Store } from "../stores/store.ts";

/** Who else is there. */
export interface PresenceState {
  /** The first hundred, oldest first, oneself included. */
  readonly watchers: readonly Watcher[];
  readonly total: number;
  /** Those who type, without oneself. */
  readonly typing: readonly Watcher[];
}

/** Whoever goes on typing says so again after this, in ms (PROTOCOL.md N22). */
const REPEAT_MS = 3_000;
/** Without a further word, typing has ended after this, in ms. */
const PAUSE_MS = 5_000;

const NOBODY: PresenceState = { watchers: [], total: 0, typing: [] };

/** Who watches a thread, and telling others that one types. */
export class Presence {
  readonly #store = new Store<PresenceState>(NOBODY);
  readonly #threadId: string;
  readonly #clock: Clock;
  readonly #send: (frame: PresenceFrame) => void;
  #saidAt: number | undefined;
  #pause: Timer | undefined;

  constructor(threadId: string, clock: Clock, send: (frame: PresenceFrame) => void) {
    this.#threadId = threadId;
    this.#clock = clock;
    this.#send = send;
  }

  get state(): Readable<PresenceState> {
    return this.#store;
  }

  changed({ watchers, total }: WatchersFrame, ownId: string): void {
    this.#store.set({
      watchers,
      total,
      typing: watchers.filter(({ typing, client_id: id }) => typing && id !== ownId),
    });
  }

  /** Nobody can tell any more who is there. */
  forget(): void {
    this.#store.set(NOBODY);
    this.#pause?.cancel();
    this.#saidAt = undefined;
  }

  /** Call it at every key stroke; it says so as often as it must, and ends by itself. */
  setTyping(typing: boolean): void {
    this.#pause?.cancel();
    if (typing) this.#pause = this.#clock.setTimeout(() => this.setTyping(false), PAUSE_MS);
    const now = this.#clock.monotonic();
    const isSaid = this.#saidAt !== undefined && now - this.#saidAt < REPEAT_MS;
    if (typing ? isSaid : this.#saidAt === undefined) return;
    this.#saidAt = typing ? now : undefined;
    this.#send({ type: "presence", thread: this.#threadId, typing });
  }
}
