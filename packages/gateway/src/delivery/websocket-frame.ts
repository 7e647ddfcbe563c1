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
  const payload = Buffer.from(text);
  return Buffer.concat([headerOf(payload.length), payload]);
}

function headerOf(length: number): Uint8Array {
  if (length <= MAX_LENGTH_7) return Uint8Array.of(FINAL_TEXT, length);
  if (length <= MAX_LENGTH_16) return Uint8Array.of(FINAL_TEXT, LENGTH_16, length >> 8, length & 0xff);
  const header = new Uint8Array(10);
  header[0] = FINAL_TEXT;
  header[1] = LENGTH_64;
  new DataView(header.buffer).setBigUint64(2, BigInt(length));
  return header;
}
