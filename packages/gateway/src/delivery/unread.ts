/** A client that lets more than this lie unread of what it was told, answers included, is sent away. */
const MAX_UNREAD = 4 * 1024 * 1024;

/**
 * Bounds what one client is told past its cursors. What it is shown counts as nothing here: a view may be
 * larger than the bound, and is paced by {@link Views}.
 */
export class Unread {
  #told = 0;

  /**
   * Whether the client may be told so many bytes more; then it is taken to have been told them.
   * @param buffered bytes of all that it has not taken
   */
  admits(bytes: number, buffered: number): boolean {
    // What it has taken of it all may have been any part; what is unread of this is no more than of all.
    this.#told = Math.min(this.#told, buffered);
    if (this.#told > MAX_UNREAD) return false;
    this.#told += bytes;
    return true;
  }
}
