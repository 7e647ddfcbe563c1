import type { TabPlatform } from "./seams.ts";

type LockOptions = { readonly signal: AbortSignal } | { readonly steal: true };

interface Locks {
  request(name: string, options: LockOptions, held: () => Promise<void>): Promise<unknown>;
}

interface Page {
  addEventListener(type: "freeze" | "resume", listener: () => void): void;
  removeEventListener(type: "freeze" | "resume", listener: () => void): void;
}

/** The browser's Web Locks and BroadcastChannel; undefined where there are none. */
export function browserTabs(): TabPlatform | undefined {
  const locks = (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  if (locks === undefined || globalThis.BroadcastChannel === undefined) return undefined;
  return {
    openChannel: (name) => {
      const channel = new BroadcastChannel(name);
      const own = {
        post: (message: unknown) => channel.postMessage(message),
        onmessage: null as ((message: unknown) => void) | null,
        close: () => channel.close(),
      };
      channel.onmessage = (event: { readonly data: unknown }) => own.onmessage?.(event.data);
      return own;
    },
    acquire: (name, signal, lost) => request(locks, name, { signal }, lost),
    steal: (name, lost) => request(locks, name, { steal: true }, lost),
    watchLifecycle: (listener) => {
      const { document: page } = globalThis as { readonly document?: Page };
      const stops = (["freeze", "resume"] as const).map((type) => {
        const told = (): void => listener(type);
        page?.addEventListener(type, told);
        return () => page?.removeEventListener(type, told);
      });
      return () => stops.forEach((stop) => stop());
    },
  };
}

function request(locks: Locks, name: string, options: LockOptions, lost: () => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    let isHeld = false;
    // The lock is held for as long as the promise given to it is pending.
    const hold = (): Promise<void> => {
      isHeld = true;
      return new Promise((release) => resolve(release));
    };
    // What is held and rejected all the same was stolen.
    locks.request(name, options, hold).catch((cause: unknown) => (isHeld ? lost() : reject(cause)));
  });
}
