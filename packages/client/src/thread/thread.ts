import {
  type CommandFrame,
  type Json,
  type NativeClientFrame,
  type NativeServerFrame,
  type SubscribeFrame,
  type ThreadEvent,
  type ThreadView,
  ThroughlineError,
} from "@throughline/protocol";
import type { PositiveAck, Waits } from "../outbox.ts";
import type { ClientSystem } from "../seams.ts";
import { soon } from "../soon.ts";
import { Emitter } from "../stores/emitter.ts";
import { type Readable, ThrottledStore } from "../stores/store.ts";
import { Feed, type FeedChange } from "./feed.ts";
import { ignorable } from "./ignorable.ts";
import { foldNow, loadFold } from "./load-fold.ts";
import { Presence, type PresenceState } from "./presence.ts";
import { References } from "./references.ts";
import { type NewMessage, Sending } from "./sending.ts";
import { statusOf, type ThreadState } from "./state.ts";

/** Publishes at most this often, in ms. */
const PUBLISH_MS = 50;
export interface ThreadUpdates {
  /** One more event; `view.get()` gives the view after the frame it came in. */
  event: ThreadEvent;
  /** The view was replaced: what was told before does not continue. `null`: it came for the first time. */
  view: { readonly view: ThreadView; readonly reason: "epoch" | "ahead" | "trimmed" | null };
}

export interface ThreadPorts {
  readonly system: ClientSystem;
  readonly ownId: string;
  /** Something is about to be followed: the connection need not wait for it. */
  readonly connect: () => void;
  /** Somebody looks at it, or says something in it. */
  readonly needed: () => void;
  /** @returns whether it could be sent */
  readonly send: (frame: NativeClientFrame) => boolean;
  readonly post: (frame: CommandFrame, waits?: Waits) => Promise<PositiveAck>;
  /** @returns whether there was a command that the server has nothing of, which is taken back */
  readonly withdraw: (isIt: (frame: CommandFrame) => boolean) => boolean;
  /** So many more events than before are still to come; fewer where it is negative. */
  readonly moved: (more: number) => void;
}

/**
 * One thread: what it says, what is on its way to it, who watches, and how to steer it. It is followed
 * while somebody subscribes to any of its stores or events. Letting go of it cancels nothing (rule R5).
 */
export class Thread {
  readonly id: string;
  /** Throttled to 50 ms, the first change at once. */
  readonly view: Readable<ThreadState>;
  readonly presence: Readable<PresenceState>;
  readonly #ports: ThreadPorts;
  readonly #feed: Feed;
  readonly #sending: Sending;
  readonly #presence: Presence;
  readonly #store: ThrottledStore<ThreadState>;
  readonly #updates = new Emitter<ThreadUpdates>();
  readonly #references: References;
  #refusal: ThroughlineError | null = null;
  /** Whether the server will not serve it over this connection, however often it is asked. */
  #isRefused = false;
  #behind = 0;

  /** @internal Made by `client.thread(id)`. */
  constructor(id: string, ports: ThreadPorts) {
    const { clock } = ports.system;
    this.id = id;
    this.#ports = ports;
    this.#feed = new Feed(id, foldNow);
    this.#sending = new Sending(id, {
      system: ports.system,
      post: (command, waits) => this.#post(command, waits),
      withdraw: (runId) => {
        return ports.withdraw(({ command }) => command.type === "start" && command.runId === runId);
      },
      changed: () => this.#publish(),
    });
    this.#presence = new Presence(id, clock, (frame) => ports.send(frame));
    this.#store = new ThrottledStore(this.#state(), PUBLISH_MS, clock);
    this.#references = new References(clock, {
      first: () => {
        ports.needed();
        this.#follow();
      },
      last: () => this.#unsubscribe(),
    });
    this.view = this.#references.counting(this.#store);
    this.presence = this.#references.counting(this.#presence.state);
  }

  /**
   * Told of every event, unthrottled. What is told first follows on `view.get()` as it is when this
   * returns, or is a `view` that replaces it. @returns a function that ends it
   */
  on<Name extends keyof ThreadUpdates>(name: Name, listener: (update: ThreadUpdates[Name]) => void): () => void {
    this.#store.flush();
    const told = (update: ThreadUpdates[Name]): void => {
      this.#store.reveal();
      listener(update);
    };
    return this.#references.hold(this.#updates.on(name, told));
  }

  /** The same as `on("event", listener)`. */
  events(listener: (event: ThreadEvent) => void): () => void {
    return this.on("event", listener);
  }

  /**
   * Says something, which starts a run. It shows among `outgoing` at once.
   * @returns the run's id once the server has it; rejects with a ThroughlineError when it was refused or
   * could not be delivered, which shows in `outgoing` too
   */
  send(message: string | NewMessage): Promise<{ readonly runId: string }> {
    this.#ports.needed();
    return this.#sending.send(message);
  }

  /** Sends a message that failed again, under its run id. */
  retry(runId: string): Promise<void> {
    this.#ports.needed();
    return this.#sending.retry(runId);
  }

  /**
   * Forgets a message that failed, or takes back one that was not sent yet.
   * @returns its text, for the composer; undefined for one that the server may have: `stop(runId)` cancels it
   */
  discard(runId: string): string | undefined {
    return this.#sending.discard(runId);
  }

  /**
   * Cancels a run, by default the one that this thread shows: another that goes on by the time the server
   * hears of it is not meant (rule R5). Where none shows, the server takes the one that it finds. Rejects
   * with a ThroughlineError, `run_not_active` when the run has ended.
   */
  stop(runId = this.#shownRun()): Promise<void> {
    const cancelled = this.#post({ type: "cancel", ...(runId !== undefined && { runId }) });
    // A run that waited for its turn never shows.
    return ignorable(cancelled.then(() => (runId === undefined ? undefined : this.#sending.cancelled(runId))));
  }

  /** Holds a run between two of its events, by default the same one as {@link stop}'s. Rejects likewise. */
  pause(runId = this.#shownRun()): Promise<void> {
    return this.#steer({ type: "pause", ...(runId !== undefined && { runId }) });
  }

  /** Lets a paused run go on, by default the same one as {@link stop}'s. Rejects likewise. */
  resume(runId = this.#shownRun()): Promise<void> {
    return this.#steer({ type: "resume", ...(runId !== undefined && { runId }) });
  }

  /** Answers a question. Rejects with a ThroughlineError `already_answered` when somebody was faster */
  answer(interruptId: string, answer: Json): Promise<void> {
    return this.#steer({ type: "answer", interruptId, answer });
  }

  /** Makes another thread of this one's events up to the seq `at`, or all. @returns its id */
  fork(options: { readonly at?: number; readonly thread?: string } = {}): Promise<string> {
    const { at, thread = `${this.id}-${this.#ports.system.random.uuid().slice(0, 8)}` } = options;
    const forked = this.#post({ type: "fork", thread, ...(at !== undefined && { at }) });
    return ignorable(forked.then((ack) => ack.thread ?? thread));
  }

  /** Shows others that one types, for a few seconds; call it at every key stroke. */
  setTyping(typing: boolean): void {
    this.#presence.setTyping(typing);
  }

  /** @internal Where a subscription is to begin, while the thread is followed. */
  subscription(): SubscribeFrame | undefined {
    const isFollowed = this.#references.isHeld && !this.#isRefused && foldNow() !== undefined;
    return isFollowed ? { type: "subscribe", thread: this.id, from: this.#feed.from } : undefined;
  }

  /** @internal Whether nobody looks at it and nothing is on its way. */
  get isIdle(): boolean {
    return !this.#references.isHeld && !this.#sending.isBusy;
  }

  /** @internal Sends what a reload has left behind. */
  sendRestored(): void {
    this.#sending.resume();
  }

  /** @internal A frame about this thread. */
  receive(frame: Extract<NativeServerFrame, { thread: string }>): void {
    switch (frame.type) {
      case "subscribed":
        this.#refusal = null;
        return this.#changed(this.#feed.receive(frame));
      case "events":
      case "reset":
        return this.#changed(this.#feed.receive(frame));
      case "watchers":
        return this.#presence.changed(frame, this.#ports.ownId);
      case "unsubscribed":
        this.#refusal = new ThroughlineError(frame.code, frame.message);
        if (frame.code === "unavailable") this.#again(() => this.#subscribe());
        // Without a WebSocket there is room for fewer.
        else this.#isRefused = frame.code !== "too_many_subscriptions";
        return this.#publish();
    }
  }

  /** @internal The connection is gone; nobody can tell who is there. */
  disconnected(): void {
    this.#isRefused = false;
    this.#presence.forget();
  }

  /** @internal Frees what is not needed while nobody looks. */
  forget(isAll = false): void {
    this.#feed.forget();
    this.#sending.forget(isAll);
    this.#publish();
  }

  /** @internal */
  close(): void {
    this.#references.close();
    this.#presence.forget();
  }

  /** Subscribes as soon as there is something to fold events with. */
  #follow(): void {
    this.#isRefused = false;
    if (foldNow() !== undefined) return this.#subscribe();
    this.#ports.connect();
    loadFold().then(
      () => this.#subscribe(),
      (cause: unknown) => {
        this.#refusal = new ThroughlineError("connection_failed", "A part of the page cannot be loaded.", { cause });
        this.#publish();
        this.#again(() => this.#follow());
      },
    );
  }

  #subscribe(): void {
    const frame = this.subscription();
    if (frame !== undefined) this.#ports.send(frame);
  }

  #unsubscribe(): void {
    this.#ports.send({ type: "unsubscribe", thread: this.id });
    this.#presence.forget();
    this.#move(0);
  }

  #again(work: () => void): void {
    soon(this.#ports.system, () => this.#references.isHeld && work());
  }

  #changed(change: FeedChange): void {
    if (change.type === "gap") return this.#subscribe();
    if (change.type !== "none") this.#sending.settle(this.#feed.view);
    this.#publish();
    // What was still under way when it was let go is awaited by nobody.
    this.#move(this.#references.isHeld ? this.#feed.behind : 0);
    if (change.type === "view") this.#updates.emit("view", { view: this.#feed.view, reason: change.reason });
    if (change.type === "events") for (const event of change.events) this.#updates.emit("event", event);
  }

  #move(behind: number): void {
    const more = behind - this.#behind;
    this.#behind = behind;
    if (more !== 0) this.#ports.moved(more);
  }

  /** The run that goes on, else the one that is to begin, else the one that waits for an answer, as last told. */
  #shownRun(): string | undefined {
    // What nobody follows may have gone on unseen.
    if (!this.#references.isHeld) return undefined;
    const { runs, pendingInterrupts } = this.#store.get().view;
    const last = runs.at(-1);
    if (last?.endSeq === null) return last.runId;
    const coming = this.#sending.items.find(({ status }) => status !== "failed");
    return (coming ?? pendingInterrupts.at(-1))?.runId;
  }

  #steer(command: CommandFrame["command"]): Promise<void> {
    return ignorable(this.#post(command).then(() => {}));
  }

  #post(command: CommandFrame["command"], waits?: Waits): Promise<PositiveAck> {
    return this.#ports.post({ type: "command", id: this.#ports.system.random.uuid(), thread: this.id, command }, waits);
  }

  #publish(): void {
    this.#store.set(this.#state());
  }

  #state(): ThreadState {
    const { view, isLoaded, epoch, behind } = this.#feed;
    const outgoing = this.#sending.items;
    return { view, isLoaded, epoch, behind, outgoing, ...statusOf(view, outgoing, this.#refusal) };
  }
}
