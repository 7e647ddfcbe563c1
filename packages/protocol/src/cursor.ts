/**
 * A place in a thread: everything up to and including `seq` is known. The epoch tells one life of a
 * stream from the next (rule L2); a cursor without one belongs to whichever life there is.
 */
export interface Cursor {
  readonly epoch?: string;
  readonly seq: number;
}

/** The epoch has no dot in it, and a seq no leading zero, so that a cursor has one spelling. */
const CURSOR = /^(?:([A-Za-z0-9_-]{1,64})\.)?(0|[1-9][0-9]{0,15})$/;

/** Reads `SEQ` or `EPOCH.SEQ`; `undefined` where the text is neither. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits] = CURSOR.exec(text) ?? [];
  const seq = Number(digits);
  if (!Number.isSafeInteger(seq)) return undefined;
  return epoch === undefined ? { seq } : { epoch, seq };
}

/** Writes `EPOCH.SEQ`, or `SEQ` without an epoch. */
export function printCursor({ epoch, seq }: Cursor): string {
  return epoch === undefined ? String(seq) : `${epoch}.${seq}`;
}
