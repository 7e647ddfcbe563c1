/**
 * The mark: a small file that says which commit was last acknowledged. Written after each commit,
 * never synced. If it is ahead of the log on open, the log has lost its end or is an older copy,
 * and positions no longer mean what they did (L2).
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

export class Mark {
  readonly #fd: number;
  readonly #store: string;

  /** @param store names the log, so that the mark of another is not taken for its own */
  constructor(path: string, store: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#store = store;
  }

  write(commit: number): void {
    const text = `${this.#store} ${String(commit).padStart(16)}`;
    writeSync(this.#fd, `${text} ${seal(text)}\n`, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The last commit acknowledged in this store; 0 when there is no mark, or it is torn or another's. */
export function readMark(path: string, store: string): number {
  const line = readIfThere(path).split("\n", 1)[0] ?? "";
  const text = line.slice(0, -9);
  if (seal(text) !== line.slice(-8) || !text.startsWith(`${store} `)) return 0;
  return Number(text.slice(store.length + 1));
}

function seal(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
