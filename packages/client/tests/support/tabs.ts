import type { Clock } from "@throughline/protocol";
import type { WebSocketClass } from "../../src/index.ts";
import type { TabChannel, TabPlatform } from "../../src/tabs/index.ts";
import { gateOf } from "./gate.ts";
import type { World } from "./world.ts";

/** The tabs of one origin. */
export interface Origin {
  /** One more tab. */
  open(): Tab;
}

export interface Tab {
  readonly platform: TabPlatform;
  /** What in the tab stands still while it is frozen. */
  readonly system: { readonly clock: Clock; readonly WebSocket: WebSocketClass };
  /** Gone without a word, as when it is closed or crashes: its channel falls silent, its locks are free. */
  crash(): void;
  /**
   * Stops it: timers, sockets and the news of locks wait until it is thawed, and its locks stay its own.
   * @param isTold whether the page gets its `freeze` event before
   * @param hears whether it is given messages all the same, as Chromium does; else they wait, too
   */
  freeze(how: { readonly isTold: boolean; readonly hears: boolean }): void;
  thaw(): void;
}

interface Waiting {
  readonly tab: object;
  readonly grant: () => void;
}

interface Lock {
  holder: { readonly lost: () => void } | undefined;
  queue: Waiting[];
}

type Lifecycle = (event: "freeze" | "resume") => void;

/** Web Locks, BroadcastChannel and the page's lifecycle in memory. A message arrives in a later turn, as a copy. */
export function originOf({ clock, server }: World): Origin {
  const WebSocket = server.WebSocket as unknown as WebSocketClass;
  const shared = { clock, channels: new Map<string, Set<TabChannel>>(), locks: new Map<string, Lock>() };
  return { open: () => openTab(shared, WebSocket) };
}

interface Shared {
  readonly clock: Clock;
  readonly channels: Map<string, Set<TabChannel>>;
  readonly locks: Map<string, Lock>;
}

function openTab({ clock, channels, locks }: Shared, WebSocket: WebSocketClass): Tab {
  const tab = {};
  const own = new Set<() => void>();
  const gate = gateOf(clock, WebSocket);
  const mailbox = gateOf(clock, WebSocket);
  const listeners = new Set<Lifecycle>();
  let isAlive = true;
  const lockOf = (name: string): Lock => {
    const lock = locks.get(name) ?? { holder: undefined, queue: [] };
    locks.set(name, lock);
    return lock;
  };
  const give = (lock: Lock, lost: () => void, given: (release: () => void) => void): void => {
    const holder = { lost: () => gate.run(lost) };
    lock.holder = holder;
    const release = (): void => {
      if (lock.holder !== holder) return;
      lock.holder = undefined;
      lock.queue.shift()?.grant();
    };
    own.add(release);
    gate.run(() => given(release));
  };
  const platform: TabPlatform = {
    openChannel: (name) => {
      const members = channels.get(name) ?? new Set();
      channels.set(name, members);
      let onmessage: TabChannel["onmessage"] = null;
      const channel: TabChannel = {
        get onmessage() {
          return onmessage && ((message: unknown) => mailbox.run(() => members.has(channel) && onmessage?.(message)));
        },
        set onmessage(listener) {
          onmessage = listener;
        },
        post: (message) => {
          if (!isAlive) return;
          const text = JSON.stringify(message);
          for (const other of members) {
            if (other === channel) continue;
            clock.setImmediate(() => members.has(other) && other.onmessage?.(JSON.parse(text)));
          }
        },
        close: () => members.delete(channel),
      };
      members.add(channel);
      own.add(() => members.delete(channel));
      return channel;
    },
    acquire: (name, signal, lost) =>
      new Promise((resolve, reject) => {
        const lock = lockOf(name);
        const waiting: Waiting = { tab, grant: () => give(lock, lost, resolve) };
        signal.addEventListener("abort", () => {
          lock.queue = lock.queue.filter((each) => each !== waiting);
          reject(new Error("aborted"));
        });
        if (lock.holder === undefined) waiting.grant();
        else lock.queue.push(waiting);
      }),
    steal: (name, lost) =>
      new Promise((resolve) => {
        const lock = lockOf(name);
        lock.holder?.lost();
        give(lock, lost, resolve);
      }),
    watchLifecycle: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    platform,
    system: gate.system,
    crash: () => {
      isAlive = false;
      for (const lock of locks.values()) lock.queue = lock.queue.filter((each) => each.tab !== tab);
      for (const end of own) end();
    },
    freeze: ({ isTold, hears }) => {
      if (isTold) for (const listener of listeners) listener("freeze");
      gate.shut();
      if (!hears) mailbox.shut();
    },
    thaw: () => {
      for (const listener of listeners) listener("resume");
      mailbox.open();
      gate.open();
    },
  };
}
