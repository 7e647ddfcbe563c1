/** What tabs share, so that a test can play it again; the platform's is in system.ts. */
export interface TabPlatform {
  /** Opens a channel to all other tabs of the origin that use the same name. */
  openChannel(name: string): TabChannel;
  /**
   * Waits for a lock that only one tab of the origin holds at a time, and that a tab's end gives back.
   * @param lost is called once the lock was given and another tab has taken it by {@link steal}
   * @returns gives it back; rejects when the signal fires first
   */
  acquire(name: string, signal: AbortSignal, lost: () => void): Promise<() => void>;
  /** Takes the lock from whichever tab holds it, past all that wait for it. Otherwise as {@link acquire}. */
  steal(name: string, lost: () => void): Promise<() => void>;
  /**
   * Tells that this page is about to be frozen, which stops its timers while it keeps its locks, and that it
   * runs again. @returns a function that ends it
   */
  watchLifecycle(listener: (event: "freeze" | "resume") => void): () => void;
}

export interface TabChannel {
  /** To all others, never to oneself; in order. The message is JSON. */
  post(message: unknown): void;
  onmessage: ((message: unknown) => void) | null;
  close(): void;
}
