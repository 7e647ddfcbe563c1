/** Gives out epochs and owner numbers that never come twice (L2). */
import type { Mint } from "./draft.ts";

const NONCE_LENGTH = 10;

export class EpochMint implements Mint {
  readonly #nonce: string;
  #epochs = 0;
  #lastOwner: number;

  /** @param uuid drawn anew at each opening of the log */
  constructor(uuid: string, lastOwner = 0) {
    this.#nonce = uuid.replaceAll("-", "").slice(0, NONCE_LENGTH);
    this.#lastOwner = lastOwner;
  }

  get lastOwner(): number {
    return this.#lastOwner;
  }

  epoch(): string {
    this.#epochs += 1;
    return `${this.#nonce}-${this.#epochs.toString(36)}`;
  }

  owner(): number {
    this.#lastOwner += 1;
    return this.#lastOwner;
  }

  /** An owner number found in the store. */
  seen(owner: number): void {
    this.#lastOwner = Math.max(this.#lastOwner, owner);
  }

  /** The epoch of a stream whose records may differ from what was once read: same stem, new end. */
  renew(epoch: string): string {
    const stem = epoch.split("-").slice(0, 2).join("-");
    return `${stem}-${this.#nonce}`;
  }
}
