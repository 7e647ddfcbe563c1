/**
 * What differs from one run of the page to the next comes in through this, so that a test can play
 * it again. The real ones are in system.ts.
 */
export interface System {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function forgets the call. */
  after(ms: number, fn: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
  /** A short random id, at least 60 bits, of letters and digits. */
  id(): string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Text that outlives a reload of this tab. */
  readonly storage: { get(key: string): string | null; set(key: string, value: string | null): void };
}
