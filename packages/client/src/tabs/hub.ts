import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";
import type { Link, LinkHost } from "../connection/link.ts";
import { HubThread } from "./hub-thread.ts";
import { encodeState, type HubMessage } from "./messages.ts";

export interface HubPorts {
  readonly createLink: (host: LinkHost) => Link;
  /** Tells some tabs; the leading tab may be one of them. */
  readonly tell: (tabs: readonly string[], message: HubMessage) => void;
}

/** Commands of which the acknowledgement is still awaited, and whose tab is remembered. */
const MOST_AWAITED = 10_000;

/** The one connection of all tabs, in the tab that leads. */
export class Hub {
  readonly #ports: HubPorts;
  readonly #link: Link;
  readonly #tabs = new Set<string>();
  readonly #threads = new Map<string, HubThread>();
  readonly #awaited = new Map<string, string>();
  #isOpen = false;

  constructor(ports: HubPorts) {
    this.#ports = ports;
    this.#link = ports.createLink({
      subscriptions: () =>
        [...this.#threads].map(([thread, { from }]) => ({ type: "subscribe" as const, thread, from })),
      opened: () => this.#opened(),
      ended: () => this.#ended(),
      frame: (frame) => this.#receive(frame),
    });
    this.#link.state.subscribe(() => {
      ports.tell([...this.#tabs], { type: "state", state: encodeState(this.#link.state.get()) });
    });
    this.#link.connect();
  }

  /** A tab is there, or has lost what it knew of us. */
  join(tab: string): void {
    this.leave(tab);
    this.#tabs.add(tab);
    this.#ports.tell([tab], { type: "state", state: encodeState(this.#link.state.get()) });
    if (this.#isOpen) this.#ports.tell([tab], { type: "opened" });
  }

  leave(tab: string): void {
    this.#tabs.delete(tab);
    for (const thread of this.#threads.keys()) this.#unsubscribe(tab, thread);
  }

  connect(): void {
    this.#link.connect();
  }

  nudge(): void {
    this.#link.nudge();
  }

  renewToken(): void {
    this.#link.renewToken();
  }

  /** A frame of a tab's. */
  send(tab: string, frame: NativeClientFrame): void {
    if (!this.#tabs.has(tab)) return;
    switch (frame.type) {
      case "subscribe":
        return this.#subscribe(tab, frame.thread, frame.from);
      case "unsubscribe":
        return this.#unsubscribe(tab, frame.thread);
      case "command":
        // The oldest are past the outbox's patience.
        if (this.#awaited.size >= MOST_AWAITED) this.#awaited.delete(this.#awaited.keys().next().value ?? "");
        this.#awaited.set(frame.id, tab);
        return void this.#link.send(frame);
      case "presence":
        return void this.#link.send(frame);
      case "hello":
      case "ping":
    }
  }

  /** Ends the connection. The tabs are told by whoever leads next. */
  close(): void {
    this.#threads.clear();
    this.#tabs.clear();
    this.#link.close();
  }

  #subscribe(tab: string, id: string, from: Parameters<HubThread["join"]>[1]): void {
    const found = this.#threads.get(id);
    const thread = found ?? this.#follow(id);
    if (thread.join(tab, from)) this.#resubscribe(id);
  }

  #follow(id: string): HubThread {
    const thread = new HubThread(id, {
      tell: (tabs, frame) => this.#ports.tell(tabs, { type: "frame", frame }),
      subscribe: () => this.#resubscribe(id),
    });
    this.#threads.set(id, thread);
    return thread;
  }

  #resubscribe(thread: string): void {
    const from = this.#threads.get(thread)?.from;
    if (from !== undefined) this.#link.send({ type: "subscribe", thread, from });
  }

  #unsubscribe(tab: string, id: string): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    thread.leave(tab);
    if (thread.isFollowed) return;
    this.#threads.delete(id);
    this.#link.send({ type: "unsubscribe", thread: id });
  }

  #receive(frame: NativeServerFrame): void {
    if (frame.type === "ack") {
      const tab = this.#awaited.get(frame.id);
      this.#awaited.delete(frame.id);
      if (tab !== undefined) this.#ports.tell([tab], { type: "frame", frame });
      return;
    }
    if (!("thread" in frame)) return;
    this.#threads.get(frame.thread)?.receive(frame);
    if (frame.type === "unsubscribed") this.#threads.delete(frame.thread);
  }

  #opened(): void {
    this.#isOpen = true;
    this.#ports.tell([...this.#tabs], { type: "opened" });
  }

  #ended(): void {
    this.#isOpen = false;
    this.#ports.tell([...this.#tabs], { type: "ended" });
  }
}
