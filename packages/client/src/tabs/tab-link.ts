import type { Clock, NativeClientFrame, Random } from "@throughline/protocol";
import type { ConnectionEvents } from "../connection/connection.ts";
import { DISCONNECTED, type Link, type LinkHost, type LinkState } from "../connection/link.ts";
import type { Signal, Signals } from "../seams.ts";
import type { Emits } from "../stores/emitter.ts";
import { Store } from "../stores/store.ts";
import { Hub } from "./hub.ts";
import { Leadership } from "./leadership.ts";
import { decodeState, type HubMessage, isTabMessage, type TabMessage } from "./messages.ts";
import type { TabChannel, TabPlatform } from "./seams.ts";

export interface TabLinkOptions {
  readonly platform: TabPlatform;
  /** Tabs with the same name share a connection. */
  readonly name: string;
  readonly tab: string;
  readonly host: LinkHost;
  readonly events: Emits<ConnectionEvents>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: Signals;
  /** The connection of the tab that leads. */
  readonly createLink: (host: LinkHost) => Link;
}

/** What a tab shows while nobody leads, or nobody knows it yet. */
const LEADERLESS: LinkState = { ...DISCONNECTED, state: "reconnecting" };

/**
 * One tab's way to the server: through the hub of the tab that leads, be it this one. When another leads,
 * all join it with their positions.
 */
export class TabLink implements Link {
  readonly state = new Store<LinkState>(DISCONNECTED);
  readonly #options: TabLinkOptions;
  readonly #leadership: Leadership;
  #channel: TabChannel | undefined;
  #hub: Hub | undefined;
  #life = new AbortController();
  #isOpen = false;
  #isClosed = false;
  #ignoreSignals = (): void => {};
  /** Of the leading tab that has told this one something: it knows of us. */
  #joined = 0;
  /** What the leading tab knows its followers' ends by; over when it leads no more. */
  #reign = new AbortController();

  constructor(options: TabLinkOptions) {
    this.#options = options;
    this.#leadership = new Leadership({
      ...options,
      post: (message) => this.#channel?.post(message),
      lead: () => this.#lead(),
      resign: () => this.#resign(),
    });
  }

  connect(): void {
    if (this.#isClosed) return;
    // The connection may wait, or have given up.
    if (this.#channel !== undefined) return this.#say({ to: "leader", type: "connect", tab: this.#options.tab });
    const { platform, name, tab } = this.#options;
    this.#life = new AbortController();
    this.#channel = platform.openChannel(name);
    this.#channel.onmessage = (message) => {
      if (isTabMessage(message)) this.#receive(message);
    };
    this.state.patch({ state: "connecting" });
    this.#ignoreSignals = this.#options.signals.subscribe((signal) => this.#signalled(signal));
    // Held while this tab lives: whoever gets it knows that the tab is gone.
    this.#hold(lockOfTab(name, tab), () => this.#say({ to: "leader", type: "join", tab }));
    this.#leadership.start();
  }

  disconnect(): void {
    if (this.#channel === undefined) return;
    this.#say({ to: "leader", type: "leave", tab: this.#options.tab });
    this.#life.abort();
    this.#ignoreSignals();
    this.#channel.close();
    this.#channel = undefined;
    this.#leadership.stop();
    this.#ended();
    this.#changed(DISCONNECTED);
  }

  close(): void {
    this.disconnect();
    this.#isClosed = true;
  }

  nudge(): void {
    this.#say({ to: "leader", type: "nudge", tab: this.#options.tab });
  }

  renewToken(): void {
    this.#say({ to: "leader", type: "renew", tab: this.#options.tab });
  }

  send(frame: NativeClientFrame): boolean {
    if (this.#isOpen) this.#say({ to: "leader", type: "frame", tab: this.#options.tab, frame });
    return this.#isOpen;
  }

  /** The connection listens in the tab that leads; of what the others are told, such as being looked at, it hears here. */
  #signalled(signal: Signal): void {
    if (this.#hub === undefined && signal !== "offline") this.nudge();
  }

  /** Holds a lock for as long as it is connected. */
  #hold(name: string, held: () => void): void {
    const { signal } = this.#life;
    this.#options.platform
      .acquire(name, signal, () => {})
      .then(
        (release) => {
          if (signal.aborted) return release();
          signal.addEventListener("abort", release);
          held();
        },
        // A page without an origin has no locks.
        () => {
          if (!signal.aborted) held();
        },
      );
  }

  #lead(): void {
    this.#ended();
    const { createLink, tab: own } = this.#options;
    const { term } = this.#leadership;
    this.#reign = new AbortController();
    this.#hub = new Hub({
      createLink,
      tell: (tabs, message) => {
        const those = tabs.filter((tab) => tab !== own);
        if (those.length > 0) this.#channel?.post({ to: "some", those, term, ...message } satisfies TabMessage);
        if (tabs.includes(own)) this.#told(message);
      },
    });
    this.#hub.join(own);
  }

  /** Whoever leads next asks all to join. */
  #resign(): void {
    this.#reign.abort();
    this.#hub?.close();
    this.#hub = undefined;
    this.#ended();
    if (this.#channel !== undefined) this.#changed(LEADERLESS);
  }

  /** To whoever leads. */
  #say(message: Extract<TabMessage, { to: "leader" }>): void {
    if (this.#hub === undefined) this.#channel?.post(message);
    else this.#asked(this.#hub, message);
  }

  #receive(message: TabMessage): void {
    if (message.to === "leader") {
      if (message.type === "ask") this.#leadership.asked();
      else if (this.#hub !== undefined) this.#asked(this.#hub, message);
      return;
    }
    if (!this.#leadership.heard(message.term)) return;
    if (message.to === "some") {
      if (!message.those.includes(this.#options.tab)) return;
      this.#joined = message.term;
      return this.#told(message);
    }
    this.#leadership.answered();
    // Not by `lead` alone: a page that stood still may have missed it, and hears only that somebody runs.
    if (message.term === this.#joined) return;
    this.#ended();
    this.#say({ to: "leader", type: "join", tab: this.#options.tab });
  }

  #asked(hub: Hub, message: Extract<TabMessage, { to: "leader" }>): void {
    const { tab } = message;
    switch (message.type) {
      case "join":
        hub.join(tab);
        if (tab !== this.#options.tab) this.#watch(hub, tab);
        return;
      case "leave":
        return hub.leave(tab);
      case "connect":
        return hub.connect();
      case "nudge":
        return hub.nudge();
      case "renew":
        return hub.renewToken();
      case "ask":
        return;
      case "frame":
        return hub.send(tab, message.frame);
    }
  }

  /** Gets the tab's own lock once the tab has gone without a word. */
  #watch(hub: Hub, tab: string): void {
    const { platform, name } = this.#options;
    platform
      .acquire(lockOfTab(name, tab), this.#reign.signal, () => {})
      .then(
        (release) => {
          release();
          hub.leave(tab);
        },
        () => {},
      );
  }

  #told(message: HubMessage): void {
    switch (message.type) {
      case "state":
        return this.#changed(decodeState(message.state));
      case "opened":
        this.#isOpen = true;
        for (const each of this.#options.host.subscriptions()) this.send(each);
        return this.#options.host.opened();
      case "ended":
        return this.#ended();
      case "frame":
        return this.#options.host.frame(message.frame);
    }
  }

  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.host.ended();
  }

  /** Says what a connection of one's own would have said. */
  #changed(after: LinkState): void {
    const before = this.state.get();
    const { events, clock } = this.#options;
    this.state.patch(after);
    if (after.latencyMs !== null && after.latencyMs !== before.latencyMs) events.emit("latency", after.latencyMs);
    if (after.state === before.state && after.retryAt === before.retryAt) return;
    if (before.state === "connected") events.emit("disconnected", { error: after.error });
    if (after.state === "connected" && after.transport !== null) {
      events.emit("connected", { transport: after.transport });
    }
    if (after.state === "reconnecting" && after.retryAt !== null) {
      events.emit("reconnecting", { attempt: after.attempt, delay: after.retryAt - clock.now() });
    }
    if (after.state === "error" && after.error !== null) events.emit("error", after.error);
  }
}

function lockOfTab(name: string, tab: string): string {
  return `${name}.tab.${tab}`;
}
