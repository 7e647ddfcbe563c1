import type { Clock } from "@throughline/protocol";
import type { TabChannel, TabPlatform } from "../../src/tabs/index.ts";

/** The tabs of one origin. */
export interface Origin {
  /** One more tab. */
  open(): Tab;
}

export interface Tab {
  readonly platform: TabPlatform;
  /** Gone without a word, as when it is closed or crashes: its channel falls silent, its locks are free. */
  crash(): void;
}

interface Waiting {
  readonly tab: object;
  readonly grant: () => void;
}

/** Web Locks and BroadcastChannel in memory. A message arrives in a later turn, as a copy. */
export function tabsOf(clock: Clock): Origin {
  const channels = new Map<string, Set<TabChannel>>();
  const locks = new Map<string, { holder: object | undefined; queue: Waiting[] }>();
  return { open: () => openTab(clock, channels, locks) };
}

function openTab(
  clock: Clock,
  channels: Map<string, Set<TabChannel>>,
  locks: Map<string, { holder: object | undefined; queue: Waiting[] }>,
): Tab {
  const tab = {};
  const own = new Set<() => void>();
  let isAlive = true;
  const pass = (name: string): void => {
    const lock = locks.get(name);
    if (lock === undefined || lock.holder !== undefined) return;
    lock.queue.shift()?.grant();
  };
  const platform: TabPlatform = {
    openChannel: (name) => {
      const members = channels.get(name) ?? new Set();
      channels.set(name, members);
      const channel: TabChannel = {
        onmessage: null,
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
    acquire: (name, signal) =>
      new Promise((resolve, reject) => {
        const lock = locks.get(name) ?? { holder: undefined, queue: [] };
        locks.set(name, lock);
        const waiting: Waiting = {
          tab,
          grant: () => {
            const holder = {};
            lock.holder = holder;
            const release = (): void => {
              if (lock.holder !== holder) return;
              lock.holder = undefined;
              pass(name);
            };
            own.add(release);
            resolve(release);
          },
        };
        signal.addEventListener("abort", () => {
          lock.queue = lock.queue.filter((each) => each !== waiting);
          reject(new Error("aborted"));
        });
        lock.queue.push(waiting);
        pass(name);
      }),
  };
  return {
    platform,
    crash: () => {
      isAlive = false;
      for (const lock of locks.values()) lock.queue = lock.queue.filter((each) => each.tab !== tab);
      for (const end of own) end();
    },
  };
}
