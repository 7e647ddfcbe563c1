import { markdownBlocks } from "./blocks.ts";
import { weightOf } from "./bounds.ts";

/** What of one text is read as Markdown, in the units of `BLOCK_BOUNDS`. The rest shows as it was written. */
export const TEXT_BOUNDS = { chars: 131_072, lines: 8_192, marks: 8_192 } as const;

/** A part of a text that is shown by itself. */
export interface Piece {
  readonly text: string;
  /** Whether it shows as it was written, since reading it as Markdown could hold the page up. */
  readonly isPlain: boolean;
}

/** The text in pieces. Those but the last stay as they are when the text grows. */
export function piecesOf(text: string): readonly Piece[] {
  const blocks = markdownBlocks(text.slice(0, TEXT_BOUNDS.chars));
  const beyond = text.slice(TEXT_BOUNDS.chars);
  // The block that is cut there is shown as a whole.
  const last = beyond === "" ? blocks.length : Math.max(0, blocks.length - 1);
  const pieces: Piece[] = [];
  let [lines, marks] = [0, 0];
  for (const block of blocks.slice(0, last)) {
    const weight = weightOf(block);
    lines += weight?.lines ?? 0;
    marks += weight?.marks ?? 0;
    if (lines > TEXT_BOUNDS.lines || marks > TEXT_BOUNDS.marks) break;
    pieces.push({ text: block, isPlain: weight === null });
  }
  const rest = blocks.slice(pieces.length).join("\n") + beyond;
  return rest === "" ? pieces : [...pieces, { text: rest, isPlain: true }];
}
