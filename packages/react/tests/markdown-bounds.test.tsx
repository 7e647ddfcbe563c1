import "./support/dom.ts";
import { cleanup, render } from "@testing-library/react";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { BLOCK_BOUNDS } from "../src/markdown/bounds.ts";
import { Markdown } from "../src/markdown/index.ts";
import { piecesOf, TEXT_BOUNDS } from "../src/markdown/pieces.ts";

afterEach(cleanup);

const times = (count: number, each: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => each(n)).join("");

/** A few kilobytes that would overflow the reader's stack, or keep it busy for seconds up to minutes. */
const HOSTILE: Readonly<Record<string, string>> = {
  quotes: `${">".repeat(5_000)} x`,
  "quotes with code in front": `~~~\r~~~\r${">".repeat(5_000)} x`,
  "lists in a line": `${"- ".repeat(1_000)}x`,
  "numbered lists in a line": `${"1. ".repeat(1_000)}x`,
  "lists, each further in": times(100, (n) => `${"  ".repeat(n)}- a\n`),
  "lists and quotes in turn": "- > ".repeat(500),
  "lines that go on what is deep": `${"> ".repeat(16)}a\n${"b\n".repeat(16)}`.repeat(200),
  "emphasis in one another": `${"*a ".repeat(3_000)}x${"*".repeat(3_000)}`,
  "a run of stars": `${"*".repeat(2_000)}a${"*".repeat(2_000)}`,
  "emphasis by two signs": "_a*".repeat(4_000),
  "emphasis over lines of a quote": "> *a _b\n".repeat(2_000),
  "emphasis over lines that look like items": "a\n    - *a _b\n".repeat(1_000),
  "struck words": "~a ".repeat(1_000) + "a~ ".repeat(1_000),
  brackets: `${"[".repeat(5_000)}x${"](y)".repeat(5_000)}`,
  images: `${"![".repeat(2_000)}x${"](http://y)".repeat(2_000)}`,
  "closing brackets": "a] ".repeat(8_000),
  "comments that do not end": `x ${"<!-- a ".repeat(4_000)}`,
  "headings under lines": "a\n=\n".repeat(4_000),
  "a wide table": `${"|a".repeat(1_000)}|\n${"|-".repeat(1_000)}|\n${"|\n".repeat(250)}`,
  footnotes: times(3_000, (n) => `[^${n}]: a [^${n}]\n`),
  "inline code like a fence": `\`\`\` \`a\n${"*a _b ".repeat(1_000)}`,
  words: "word ".repeat(8_000),
};

test.each(Object.entries(HOSTILE))("a text that is hard to read shows as it was written: %s", (_, text) => {
  const { container } = render(<Markdown text={text} />);
  expect([...container.querySelectorAll("[data-tl=prose] > *")].map(({ textContent }) => textContent)).toEqual([text]);
  expect(container.querySelector("[data-tl=prose] > [data-tl=plain]")).not.toBeNull();
});

/** What people and agents do write. */
const HONEST: Readonly<Record<string, string>> = {
  "a long list": times(300, (n) => `- **Item ${n}** with \`some_code\` and [a link](https://a.example/${n})\n`),
  "a long numbered list": times(120, (n) => `${n + 1}. **Item ${n}**: what it is\n`),
  "a table": `| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n${"| 1 | 2 | 3 | 4 | 5 | 6 |\n".repeat(200)}`,
  "lists in lists": times(40, (n) => `${"    ".repeat(n % 8)}- a **b**\n`),
  "a quoted letter": "> > > so it was said, and _much_ more\n".repeat(100),
  "much code": `\`\`\`js\n${"const a = [b](c) * d_e * f;\n".repeat(4_000)}\`\`\``,
  "a line of dashes": `${"- ".repeat(40)}\n`,
  "a long paragraph": "Some words that *go* on [for long](https://a.example). ".repeat(120),
};

test.each(Object.entries(HONEST))("what people write is read as Markdown: %s", (_, text) => {
  expect(piecesOf(text)).toEqual([{ text, isPlain: false }]);
});

describe("a long text", () => {
  test("is read as far as the bounds go, and what comes behind shows as it was written", () => {
    const list = "- **a**\n".repeat(200);
    const blocks = Array.from({ length: 200 }, (_, n) => `Part ${n}\n\n${list}`);
    const pieces = piecesOf(blocks.join("\n"));
    const read = pieces.slice(0, -1);
    expect(read.length).toBeGreaterThan(10);
    expect(read.some(({ isPlain }) => isPlain)).toBe(false);
    expect(pieces.at(-1)?.isPlain).toBe(true);
    expect(pieces.at(-1)?.text).toContain("Part 199");
  });

  test("that goes beyond the most units keeps every word", () => {
    const text = Array.from({ length: 30_000 }, (_, n) => `w${n}`).join("\n\n");
    expect(text.length).toBeGreaterThan(TEXT_BOUNDS.chars);
    const shown = piecesOf(text).map((piece) => piece.text);
    expect(shown.join("\n").match(/w\d+/g)?.join(" ")).toBe(text.replaceAll("\n\n", " "));
  });

  test("with one block beyond the bounds goes on as Markdown behind it", () => {
    const pieces = piecesOf(`# A\n\n${">".repeat(BLOCK_BOUNDS.depth + 1)} b\n\n**c**`);
    expect(pieces.map(({ isPlain }) => isPlain)).toEqual([false, true, false]);
  });
});

const SIGNS = [
  "> ",
  ">",
  "- ",
  "1. ",
  "*",
  "**",
  "_",
  "[",
  "]",
  "![",
  "# ",
  "\n",
  "\n\n",
  "    ",
  "=\n",
  "\r",
  "word ",
];
const LINKS = ["[word ](https://a.example)", "![word ](https://a.example)"];
/** These can make words vanish by what Markdown is: an info string, a cell too many, an address, a tag. */
const VANISHING = [
  "```",
  "~~~",
  "`",
  "~",
  "|",
  "|-",
  "](",
  ")",
  "<",
  "<!--",
  "[^1]",
  ": ",
  "&amp;",
  "\\",
  "\t",
  "http://a.",
];

/** Signs, some of them many times over. */
function written(signs: readonly string[]): fc.Arbitrary<string> {
  const run = fc.tuple(fc.constantFrom(...signs), fc.oneof(fc.constant(1), fc.nat(5), fc.nat(400)));
  return fc.array(run, { maxLength: 25 }).map((runs) => runs.map(([sign, count]) => sign.repeat(count)).join(""));
}

describe("whatever is written", () => {
  test("is shown without an error", () => {
    fc.assert(
      fc.property(written([...SIGNS, ...LINKS, ...VANISHING]), fc.boolean(), (text, isOpen) => {
        render(<Markdown text={text} isOpen={isOpen} />);
        cleanup();
      }),
      { numRuns: 60 },
    );
  });

  test("keeps its words", () => {
    fc.assert(
      fc.property(written([...SIGNS, ...LINKS]), (text) => {
        const { container } = render(<Markdown text={text} />);
        const words = (of: string) => of.split("word").length - 1;
        expect(words(container.textContent ?? "")).toBe(words(text));
        cleanup();
      }),
      { numRuns: 60 },
    );
  });
});
