import type { Clock, Random } from "@throughline/protocol";

/**
 * What differs from one run of a program to the next comes in through this (rule S2), so that a test
 * can play it again. The real ones are in system.ts.
 */
export interface ClientSystem {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly WebSocket: WebSocketClass;
  readonly storage: ClientStorage;
  readonly signals: Signals;
}

/** The part of a WebSocket that is used: the browser's, Node's and most libraries' have it. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: (() => void) | null;
}

export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** Text that outlives a reload. Neither method throws; what cannot be kept is forgotten. */
export interface TextStore {
  get(key: string): string | null;
  /** `null` removes it. */
  set(key: string, value: string | null): void;
}

export interface ClientStorage {
  /** This tab's own. */
  readonly tab: TextStore;
  /** Shared by all tabs of the origin. */
  readonly origin: TextStore;
}

/** What the platform tells about itself: `visible` when somebody looks at the page again. */
export type Signal = "online" | "offline" | "visible";

export interface Signals {
  /** @returns a function that ends it */
  subscribe(listener: (signal: Signal) => void): () => void;
}

/** Storage for programs that keep nothing: all of it is gone with the process. */
export function memoryStorage(): ClientStorage {
  return { tab: memoryTexts(), origin: memoryTexts() };
}

function memoryTexts(): TextStore {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key) ?? null,
    set: (key, value) => {
      if (value === null) texts.delete(key);
      else texts.set(key, value);
    },
  };
}
