import type { Clock } from "@throughline/protocol";
import {
  type ClientStorage,
  type ClientSystem,
  memoryStorage,
  type Signal,
  type Signals,
  type TextStore,
  type WebSocketClass,
} from "./seams.ts";

/** What a browser has beyond Node; absent in Node, and in part in workers. */
interface Platform {
  readonly document?: Listenable & { readonly visibilityState: string };
  readonly addEventListener?: Listenable["addEventListener"];
  readonly removeEventListener?: Listenable["removeEventListener"];
  readonly process?: { readonly emitWarning?: (warning: Error | string) => void };
  readonly reportError?: (thrown: unknown) => void;
  readonly sessionStorage?: BrowserStorage;
  readonly localStorage?: BrowserStorage;
}

interface Listenable {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

interface BrowserStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const platform = globalThis as unknown as Platform;

/** The platform's own clock, randomness, network, storage and signals: the only file that knows them (S2). */
export function platformSystem(): ClientSystem {
  return {
    clock: systemClock,
    random: { next: () => Math.random(), uuid: randomUuid },
    fetch: (url, init) => fetch(url, init),
    WebSocket: globalThis.WebSocket as unknown as WebSocketClass,
    // In Node the names may be there and warn when touched; nothing there outlives a process anyway.
    storage: platform.document === undefined ? memoryStorage() : browserStorage(),
    signals: browserSignals,
  };
}

/** Says what a listener of the app's has thrown, as the platform says what nobody catches; nothing stops. */
export function reportThrown(thrown: unknown): void {
  if (platform.reportError !== undefined) platform.reportError(thrown);
  else platform.process?.emitWarning?.(thrown instanceof Error ? thrown : String(thrown));
}

/** Platforms take a longer wait than this, in ms, for none at all. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Timers keep a Node process alive: a client that is to reconnect is not done. `close()` ends them. */
const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, Math.min(ms, LONGEST_WAIT_MS));
    return { cancel: () => clearTimeout(timer) };
  },
  setImmediate: (fn) => void setTimeout(fn, 0),
};

/** Not crypto.randomUUID: a page over plain HTTP on a local network has none. */
function randomUuid(): string {
  // Version 4: each 0 and 1 becomes any digit, the 8 one of 8 to b.
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (Number(digit) ^ (byte & (15 >> (Number(digit) / 4)))).toString(16);
  });
}

function browserStorage(): ClientStorage {
  return { tab: texts(() => platform.sessionStorage), origin: texts(() => platform.localStorage) };
}

/** Storage can be blocked or full: then a reload forgets what was not sent yet, and nothing else. */
function texts(open: () => BrowserStorage | undefined): TextStore {
  return {
    get: (key) => attempt(() => open()?.getItem(key) ?? null),
    set: (key, value) => {
      attempt(() => (value === null ? open()?.removeItem(key) : open()?.setItem(key, value)));
    },
  };
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

const browserSignals: Signals = {
  subscribe: (listener) => {
    const stops = [
      listen(platform, "online", () => listener("online")),
      listen(platform, "offline", () => listener("offline")),
      listen(platform.document ?? {}, "visibilitychange", () => {
        if (platform.document?.visibilityState === "visible") listener("visible" satisfies Signal);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  },
};

function listen(target: Partial<Listenable>, type: string, listener: () => void): () => void {
  target.addEventListener?.(type, listener);
  return () => target.removeEventListener?.(type, listener);
}
