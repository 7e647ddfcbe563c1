/** Gives out epochs and owner numbers that never come twice (L2). */
import type { Mint } from "./draft.ts";

const NONCE_LENGTH = 10;

/** The part of an epoch that one opening of a log puts into those it makes. */
export function epochNonce(uuid: string): string {
  return uuid.replaceAll("-", "").slice(0, NONCE_LENGTH);
}

/**
 * The epoch of a stream since positions lost their meaning: the same stem, another end.
 * @param end the nonce of the opening that found out; "" = they have not
 */
export function renewEpoch(epoch: string, end: string): string {
  return end === "" ? epoch : `${epoch.split("-", 2).join("-")}-${end}`;
}

export class EpochMint implements Mint {
  readonly #nonce: string;
  readonly #end: string;
  #epochs = 0;
  #lastOwner: number;

  /** @param nonce drawn anew at each opening of the log */
  constructor(nonce: string, end = "", lastOwner = 0) {
    this.#nonce = nonce;
    this.#end = end;
    this.#lastOwner = lastOwner;
  }

  get lastOwner(): number {
    return this.#lastOwner;
  }

  epoch(): string {
    this.#epochs += 1;
    return renewEpoch(`${this.#nonce}-${this.#epochs.toString(36)}`, this.#end);
  }

  owner(): number {
    this.#lastOwner += 1;
    return this.#lastOwner;
  }

  /** An owner number found in the store. */
  seen(owner: number): void {
    this.#lastOwner = Math.max(this.#lastOwner, owner);
  }
}
