import {
  encodeView,
  type From,
  type NativeServerFrame,
  parseCursor,
  printCursor,
  type SubscribedFrame,
  type WatchersFrame,
} from "@throughline/protocol";
import { Feed } from "../thread/feed.ts";
import * as fold from "../thread/fold.ts";

type ThreadFrame = Extract<NativeServerFrame, { thread: string }>;

export interface HubThreadPorts {
  /** Tells some tabs. */
  readonly tell: (tabs: readonly string[], frame: ThreadFrame) => void;
  /** Subscribes at the server again, from {@link HubThread.from}. */
  readonly subscribe: () => void;
}

/**
 * One thread that some tabs follow over one subscription. The hub folds it, too, so that another tab is
 * served from here. A tab that is further behind makes the hub's subscription begin again from there:
 * all tabs then hear some events twice, and each folds every event once.
 */
export class HubThread {
  readonly #id: string;
  readonly #ports: HubThreadPorts;
  readonly #feed: Feed;
  readonly #tabs = new Set<string>();
  /** Tabs that ask for the past or for what has not come yet, and where they stand. */
  readonly #asking = new Map<string, From>();
  #watchers: WatchersFrame | undefined;
  #reset: Extract<ThreadFrame, { type: "reset" }> | undefined;

  constructor(id: string, ports: HubThreadPorts) {
    this.#id = id;
    this.#ports = ports;
    this.#feed = new Feed(id, () => fold);
  }

  get isFollowed(): boolean {
    return this.#tabs.size > 0;
  }

  /** Where a subscription at the server is to begin: as far back as any tab needs it. */
  get from(): From {
    const own = this.#feed.from;
    if (own === "view") return own;
    const seqs = [...this.#asking.values()].map((from) => seqOf(from)).filter((seq) => seq !== undefined);
    const seq = Math.min(this.#feed.view.lastSeq, ...seqs);
    return { after: printCursor(this.#feed.epoch === "" ? { seq } : { epoch: this.#feed.epoch, seq }) };
  }

  /** @returns whether the hub has to subscribe for it */
  join(tab: string, from: From): boolean {
    const isFirst = !this.isFollowed;
    this.#tabs.add(tab);
    this.#asking.set(tab, from);
    if (this.#feed.isLoaded) this.#serve(tab, from);
    return isFirst;
  }

  leave(tab: string): void {
    this.#tabs.delete(tab);
    this.#asking.delete(tab);
  }

  /** A frame of the server's. */
  receive(frame: ThreadFrame): void {
    switch (frame.type) {
      case "events":
        if (this.#feed.receive(frame).type === "gap") return this.#ports.subscribe();
        return this.#tellAll(frame);
      case "reset":
        this.#feed.receive(frame);
        this.#reset = frame;
        return;
      case "subscribed":
        return this.#subscribed(frame);
      case "watchers":
        this.#watchers = frame;
        return this.#tellAll(frame);
      case "unsubscribed":
        this.#asking.clear();
        return this.#tellAll(frame);
    }
  }

  #subscribed(frame: SubscribedFrame): void {
    const wasLoaded = this.#feed.isLoaded;
    this.#feed.receive(frame);
    const reset = this.#reset;
    this.#reset = undefined;
    if (frame.view !== undefined && wasLoaded) {
      // What the tabs have does not continue, either.
      if (reset !== undefined) this.#tellAll(reset);
      this.#asking.clear();
      return this.#tellAll(frame);
    }
    for (const [tab, from] of this.#asking) {
      if (frame.view !== undefined) this.#serve(tab, from);
      else this.#letBegin(tab, from, frame);
    }
  }

  /** The server tells events from `frame.after` on: whoever stands there or later may begin. */
  #letBegin(tab: string, from: From, frame: SubscribedFrame): void {
    const after = seqOf(from);
    if (after === undefined || after < frame.after) return;
    this.#asking.delete(tab);
    this.#ports.tell([tab], { type: "subscribed", thread: this.#id, epoch: frame.epoch, after, head: frame.head });
    this.#tellWatchers(tab);
  }

  /** From what is here, if that is possible; else the server is asked. */
  #serve(tab: string, from: From): void {
    const { epoch, view } = this.#feed;
    const cursor = from === "start" ? { seq: 0 } : typeof from === "object" ? parseCursor(from.after) : undefined;
    if (cursor === undefined) return this.#serveView(tab);
    const isForeign = cursor.epoch !== undefined && cursor.epoch !== epoch && cursor.seq > 0;
    if (isForeign || cursor.seq > view.lastSeq) {
      const reason = isForeign ? "epoch" : "ahead";
      this.#ports.tell([tab], { type: "reset", thread: this.#id, epoch, last_seq: view.lastSeq, reason });
      return this.#serveView(tab);
    }
    if (cursor.seq < view.lastSeq) return this.#ports.subscribe();
    this.#asking.delete(tab);
    this.#ports.tell([tab], this.#standing());
    this.#tellWatchers(tab);
  }

  #serveView(tab: string): void {
    this.#asking.delete(tab);
    this.#ports.tell([tab], { ...this.#standing(), view: encodeView(this.#feed.view, this.#feed.epoch) });
    this.#tellWatchers(tab);
  }

  #standing(): SubscribedFrame {
    const { epoch, view, behind } = this.#feed;
    return { type: "subscribed", thread: this.#id, epoch, after: view.lastSeq, head: view.lastSeq + behind };
  }

  #tellWatchers(tab: string): void {
    if (this.#watchers !== undefined) this.#ports.tell([tab], this.#watchers);
  }

  #tellAll(frame: ThreadFrame): void {
    // Whoever still asks has nothing yet that this could continue.
    const those = [...this.#tabs].filter((tab) => !this.#asking.has(tab));
    if (those.length > 0) this.#ports.tell(those, frame);
  }
}

function seqOf(from: From): number | undefined {
  return typeof from === "object" ? parseCursor(from.after)?.seq : from === "start" ? 0 : undefined;
}
