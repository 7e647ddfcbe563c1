const [ZERO, NINE] = [0x30, 0x39];

/** The whole number whose last digit is the byte before `end`, such as the seq of a frame; 0 when there is none. */
export function trailingNumber(bytes: Buffer, end: number): number {
  let number = 0;
  for (let at = end - 1, unit = 1; at >= 0; at -= 1, unit *= 10) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    number += (byte - ZERO) * unit;
  }
  return number;
}
