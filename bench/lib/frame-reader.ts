const TEXT = 1;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Told of one text frame: its payload is `bytes` from `start` up to but without `end`, for this call only. */
export type OnText = (bytes: Buffer, start: number, end: number) => void;

/**
 * Finds the text frames in what a WebSocket server sends, without making an object of any of them:
 * a load client must be much cheaper than the server it measures.
 */
export class FrameReader {
  readonly #onText: OnText;
  /** The beginning of a frame whose end has not come yet. */
  #held = Buffer.allocUnsafe(1024);
  #heldLength = 0;

  constructor(onText: OnText) {
    this.#onText = onText;
  }

  push(chunk: Buffer): void {
    let at = this.#heldLength > 0 ? this.#complete(chunk) : 0;
    for (;;) {
      const size = frameSize(chunk, at, chunk.length);
      if (at + size > chunk.length) break;
      this.#emit(chunk, at, at + size);
      at += size;
    }
    this.#hold(chunk, at, chunk.length);
  }

  /** Takes from the chunk what the held frame lacks; where the next frame starts in it. */
  #complete(chunk: Buffer): number {
    let at = 0;
    for (;;) {
      const missing = frameSize(this.#held, 0, this.#heldLength) - this.#heldLength;
      if (missing === 0) break;
      const end = Math.min(chunk.length, at + missing);
      this.#hold(chunk, at, end);
      at = end;
      if (end === chunk.length && frameSize(this.#held, 0, this.#heldLength) > this.#heldLength) return at;
    }
    this.#emit(this.#held, 0, this.#heldLength);
    this.#heldLength = 0;
    return at;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(2 * length);
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldLength, start, end);
    this.#heldLength = length;
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    if (((bytes[start] ?? 0) & 0x0f) === TEXT) this.#onText(bytes, start + headerSize(bytes[start + 1] ?? 0), end);
  }
}

/** Bytes of the frame at `start`, as far as what stands before `end` tells; never less than its header. */
function frameSize(bytes: Buffer, start: number, end: number): number {
  if (end - start < 2) return 2;
  const length = bytes[start + 1] ?? 0;
  const header = headerSize(length);
  if (end - start < header) return header;
  if (length === LENGTH_16) return header + bytes.readUInt16BE(start + 2);
  return header + (length === LENGTH_64 ? Number(bytes.readBigUInt64BE(start + 2)) : length);
}

function headerSize(length: number): number {
  if (length === LENGTH_64) return 10;
  return length === LENGTH_16 ? 4 : 2;
}
