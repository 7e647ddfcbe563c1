/** First byte of an unfragmented text frame: FIN and opcode 1 (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MAX_LENGTH_7 = 125;
const MAX_LENGTH_16 = 0xffff;

/**
 * A whole WebSocket text frame as a server sends it: unmasked. Built once, it can be written to any
 * number of sockets (D3).
 */
export function textFrame(text: string): Uint8Array {
  const length = Buffer.byteLength(text);
  const header = headerLength(length);
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FINAL_TEXT;
  writeLength(frame, length);
  frame.write(text, header);
  return frame;
}

/** As {@link textFrame}, of text that is bytes already and comes in pieces. */
export function textFrameOf(pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const header = headerLength(length);
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FINAL_TEXT;
  writeLength(frame, length);
  let at = header;
  for (const piece of pieces) {
    frame.set(piece, at);
    at += piece.length;
  }
  return frame;
}

function headerLength(length: number): number {
  if (length <= MAX_LENGTH_7) return 2;
  return length <= MAX_LENGTH_16 ? 4 : 10;
}

function writeLength(frame: Buffer, length: number): void {
  if (length <= MAX_LENGTH_7) {
    frame[1] = length;
  } else if (length <= MAX_LENGTH_16) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
