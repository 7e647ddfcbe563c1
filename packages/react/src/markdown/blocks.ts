/**
 * Cuts Markdown at its top-level blank lines, so that while a text is being written only its last
 * block is parsed again. Fenced code stays whole, and so does what is indented or goes on a list:
 * cut there, it would mean something else.
 */
export function markdownBlocks(text: string): readonly string[] {
  const blocks: string[] = [];
  let current: string[] = [];
  let fence: string | null = null;
  let wasBlank = false;
  for (const line of text.split("\n")) {
    const isBlank = line.trim() === "";
    if (fence === null && wasBlank && !isBlank && !continues(line, current)) {
      blocks.push(current.join("\n"));
      current = [];
    }
    fence = fenceAfter(line, fence);
    current.push(line);
    wasBlank = isBlank;
  }
  blocks.push(current.join("\n"));
  return blocks.filter((block) => block.trim() !== "");
}

const ITEM = /^([-*+] |\d{1,9}[.)] )/;

/** Whether a line behind a blank one still belongs to the block: indented, or a list's next item. */
function continues(line: string, block: readonly string[]): boolean {
  if (/^\s/.test(line)) return true;
  const first = block.find((each) => each.trim() !== "") ?? "";
  return ITEM.test(line) && ITEM.test(first);
}

/** What opens or closes a block of code. Backticks with others behind them are code within a line. */
export const FENCE: RegExp = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;

/** The fence that is open behind this line. */
function fenceAfter(line: string, fence: string | null): string | null {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  return mark.startsWith(fence) && line.trim() === mark ? null : fence;
}

/**
 * A text that is still being written, as it will look when it goes on as it seems to: what is half
 * a table or half a link would flash as its raw signs, half a bold word would jump, and a heading
 * without words would be one that says nothing.
 */
export function settledMarkdown(written: string): string {
  const text = written.replace(/(^|\n) {0,3}#{1,6}[ \t]*$/, "$1");
  const end = text.lastIndexOf("\n\n") + 1;
  const last = text.slice(end === 0 ? 0 : end + 1);
  const rows = last.startsWith("|") ? settledTable(last) : last;
  if (rows.length < last.length) return text.slice(0, text.length - last.length) + rows;
  // Within code the signs mean themselves.
  if (last.includes("`")) return text;
  // From the last bracket on: looked for from each, a text full of them would hold the page up.
  const bracket = Math.max(0, text.lastIndexOf("["));
  const linked = text.slice(0, bracket) + text.slice(bracket).replace(/^\[([^\]\n]*)(\](\([^)\n]*)?)?$/, "$1");
  return isOdd(last.split("**").length - 1) ? `${linked}**` : linked;
}

/**
 * Nothing before there is a head, and then whole rows only: with each cell that came, the columns would
 * move. What comes behind a table without a blank line is left alone.
 */
function settledTable(table: string): string {
  if (!hasTableHead(table)) return "";
  const begun = table.lastIndexOf("\n") + 1;
  const row = table.slice(begun).trimEnd();
  const isWhole =
    row === "" || !row.startsWith("|") || (row.endsWith("|") && cellsOf(row) >= cellsOf(table.split("\n", 1)[0] ?? ""));
  return isWhole ? table : table.slice(0, begun - 1);
}

/** How many cells the row has begun; a written `\|` begins none. */
function cellsOf(row: string): number {
  return (
    row
      .trim()
      .replace(/\\[\\|]/g, "")
      .replace(/\|$/, "")
      .split("|").length - 1
  );
}

/** A head row and a whole row of dashes with as many cells. */
function hasTableHead(text: string): boolean {
  const [head = "", dashes = ""] = text.split("\n");
  return /^\|(\s*:?-+:?\s*\|)+$/.test(dashes.trim()) && dashes.split("|").length >= head.trim().split("|").length;
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}
