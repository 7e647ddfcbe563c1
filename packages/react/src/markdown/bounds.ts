import { FENCE } from "./blocks.ts";

/**
 * What a reader of Markdown takes on. It descends once per level of nesting, and looks from each mark
 * at the ones before it, so that a few kilobytes can overflow its stack or hold a page up for a minute.
 * What goes beyond these is shown as it was written; docs/react.md says what the rest costs at worst.
 */
export const BLOCK_BOUNDS = {
  /** UTF-16 units outside of fenced code, which is read without a second look. */
  chars: 32_768,
  /** Lines, with each item, each quote and each four cells of a table that begin in one counted as one more. */
  lines: 2_048,
  /** Marks that have to find their other half: emphasis, brackets, `<`. */
  marks: 2_048,
  /** Those of one paragraph: what they cost grows with their square. */
  marksTogether: 512,
  /** Lists and quotes in one another. */
  depth: 16,
  /** Columns of a table: each row is filled up to them. */
  columns: 32,
} as const;

/** What a part of a text weighs, in the units of {@link BLOCK_BOUNDS}. */
export interface Weight {
  readonly lines: number;
  readonly marks: number;
}

/** What the block weighs, in one pass over it; null when it is beyond the bounds. */
export function weightOf(block: string): Weight | null {
  const outline = block.split(/\r\n?|\n/);
  const containers = new Containers();
  let [chars, lines, marks, together, columns] = [0, 0, 0, 0, 0];
  for (const line of outline.slice(endOfCode(outline))) {
    const begun = RULE.test(line) ? 0 : containers.enter(line);
    if (APART.test(line)) together = 0;
    const here = marksIn(line);
    columns = Math.max(columns, columnsOf(line));
    chars += line.length + 1;
    lines += 1 + begun + Math.floor(Math.max(columns, line.split("|").length - 1) / CELLS);
    marks += here;
    together += here;
    const isTooMuch =
      chars > BLOCK_BOUNDS.chars ||
      lines > BLOCK_BOUNDS.lines ||
      marks > BLOCK_BOUNDS.marks ||
      together > BLOCK_BOUNDS.marksTogether ||
      containers.depth > BLOCK_BOUNDS.depth ||
      columns > BLOCK_BOUNDS.columns;
    if (isTooMuch) return null;
  }
  return { lines, marks };
}

/** So many cells of a table weigh as much as a line. */
const CELLS = 4;

/** What surely ends the paragraph before it, wherever it stands. Deeper in, or an item without words, it may go on with it. */
const APART = /^\s*$|^ {0,3}(?:#{1,6}[ \t]|[-*+][ \t]+\S)/;

/** Dashes that stand for a line, which look like items of many lists in one another. */
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;

/** The first line behind the fenced code that the block begins with; 0 when it begins with something else. */
function endOfCode(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== "");
  const fence = FENCE.exec(lines[first] ?? "")?.[1];
  if (fence === undefined) return 0;
  // A list, a quote or a paragraph in between would end or hide the code: there is none at a block's beginning.
  const last = lines.findIndex((line, at) => {
    const mark = at > first ? FENCE.exec(line)?.[1] : undefined;
    return mark?.startsWith(fence) === true && line.trim() === mark;
  });
  return last === -1 ? lines.length : last + 1;
}

/** The lists and quotes that are open, as deep as they can be at most. */
class Containers {
  depth = 0;
  /** Where the words of each open list's item begin, in columns. */
  readonly #items: number[] = [];

  /** How many items and quotes the line begins. An item's line at most continues what is around it. */
  enter(line: string): number {
    let [at, column, quotes, items] = [0, 0, 0, 0];
    for (;;) {
      const [whole, space, marker] = matchAt(MARKER, line, at) ?? [];
      if (whole === undefined || space === undefined || marker === undefined) break;
      at += whole.length;
      for (const sign of space) column += sign === "\t" ? 4 - (column % 4) : 1;
      if (marker === ">") quotes += 1;
      else {
        while ((this.#items.at(-1) ?? 0) > column) this.#items.pop();
        this.#items.push(column + marker.length + 1);
        items += 1;
      }
      column += marker.length;
      this.depth = quotes + this.#items.length;
      // Deep enough to be refused: who has more of them need not be followed.
      if (this.depth > BLOCK_BOUNDS.depth) break;
    }
    return quotes + items;
  }
}

const MARKER = /([ \t]*)(>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$))/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const MARKS = /[[\]<]|[*~]+|(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])|`{2,}/g;

/** A run is one mark as a rule; a long one is taken apart, sign by sign. */
function marksIn(line: string): number {
  let count = 0;
  for (const [run] of line.matchAll(MARKS)) count += Math.max(1, run.length - 2);
  return count;
}

/** How many columns the line gives a table that has it under its head, in any list or quote. */
function columnsOf(line: string): number {
  return /^[\s>|:*+.)\d-]*$/.test(line) ? line.split("|").length - 2 : 0;
}
