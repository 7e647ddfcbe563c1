/** What tabs share, so that a test can play it again; the platform's is in system.ts. */
export interface TabPlatform {
  /** Opens a channel to all other tabs of the origin that use the same name. */
  openChannel(name: string): TabChannel;
  /**
   * Waits for a lock that only one tab of the origin holds at a time, and that a tab's end gives back.
   * @returns gives it back; rejects when the signal fires first
   */
  acquire(name: string, signal: AbortSignal): Promise<() => void>;
}

export interface TabChannel {
  /** To all others, never to oneself; in order. The message is JSON. */
  post(message: unknown): void;
  onmessage: ((message: unknown) => void) | null;
  close(): void;
}
