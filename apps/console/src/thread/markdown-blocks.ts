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
    if (fence === null && wasBlank && !isBlank && !CONTINUES.test(line)) {
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

/** Indented, or a list's next item. */
const CONTINUES = /^(\s|[-*+] |\d{1,9}[.)] )/;

/** The fence that is open behind this line. */
function fenceAfter(line: string, fence: string | null): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  return mark.startsWith(fence) && line.trim() === mark ? null : fence;
}
