import { type Cursor, parseCursor, ThroughlineError } from "@throughline/protocol";

/**
 * A position as a client passes it: SEQ or EPOCH.SEQ; absent or empty = none.
 * @throws invalid_cursor
 */
export function readCursor(text: string | null | undefined): Cursor | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  const cursor = parseCursor(text);
  if (cursor === undefined) throw new ThroughlineError("invalid_cursor", "A position is SEQ or EPOCH.SEQ.");
  return cursor;
}
