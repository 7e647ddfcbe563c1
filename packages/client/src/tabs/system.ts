import type { TabPlatform } from "./seams.ts";

interface Locks {
  request(name: string, options: { signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
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
    acquire: (name, signal) =>
      new Promise((resolve, reject) => {
        // The lock is held for as long as the promise given to it is pending.
        const hold = (): Promise<void> => new Promise((release) => resolve(release));
        locks.request(name, { signal }, hold).catch(reject);
      }),
  };
}
