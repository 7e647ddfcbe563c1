const times = (count: number, each: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => each(n)).join("");

/** Texts made to be slow, by how many of their kind stand in one block. The longest are refused by the reader's bounds. */
export const HOSTILE: Readonly<Record<string, (count: number) => string>> = {
  "quotes in one another": (n) => `${">".repeat(n)} x`,
  "lists in one another": (n) => `${"- ".repeat(n)}x`,
  "lists of lists": (n) => `${"- ".repeat(16)}a\n`.repeat(n),
  "lists further in": (n) => times(n, (i) => `${"  ".repeat(i % 15)}- a\n`),
  "lazy lines": (n) => `${"> ".repeat(16)}a\n${"b\n".repeat(16)}`.repeat(n),
  "quotes and lists in turn": (n) => "> a\n- b\n".repeat(n),
  "emphasis in one another": (n) => `${"*a ".repeat(n)}x${"*".repeat(n)}`,
  "emphasis by two signs": (n) => "_a*".repeat(n),
  "struck words": (n) => "~a ".repeat(n) + "a~ ".repeat(n),
  "runs of stars": (n) => `${"*".repeat(n)}a${"*".repeat(n)}`,
  brackets: (n) => `${"[".repeat(n)}x${"](y)".repeat(n)}`,
  "closing brackets": (n) => "a] ".repeat(n),
  images: (n) => `${"![".repeat(n)}x${"](http://y)".repeat(n)}`,
  "comments that do not end": (n) => `x ${"<!-- a ".repeat(n)}`,
  "headings under lines": (n) => "a\n=\n".repeat(n),
  "a wide table": (n) => `${"|a".repeat(32)}|\n${"|-".repeat(32)}|\n${"|a\n".repeat(n)}`,
  "a long table": (n) => `|a|b|\n|-|-|\n${"|a|b|\n".repeat(n)}`,
  "a long list": (n) => "- a **b** `c` [d](http://e)\n".repeat(n),
  footnotes: (n) => times(n, (i) => `[^${i}]: a [^${i}]\n`),
  "code in a line": (n) => "`a ".repeat(n),
  addresses: (n) => "a.b+c@d.e ".repeat(n),
};

/** What an agent's report is like: words, some of them marked. */
export function prose(chars: number): string {
  const paragraph = `${"Some words that *go* on for a while, with **weight** and `code`, as reports do. ".repeat(8)}\n\n`;
  return paragraph.repeat(Math.ceil(chars / paragraph.length)).slice(0, chars);
}
