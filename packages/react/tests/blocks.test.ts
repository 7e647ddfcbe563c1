import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownBlocks, settledMarkdown } from "../src/markdown/blocks.ts";
import { safeUrl } from "../src/markdown/safe-url.ts";

describe("blocks", () => {
  test("are cut at blank lines, but lists and code stay whole", () => {
    const code = "```js\na\n\nb\n```";
    const list = "- one\n\n- two\n\n  more of two";
    const text = `# Title\n\nText\nof two lines\n\n${list}\n\n${code}\n\n| a |\n| - |\n\nEnd`;
    expect(markdownBlocks(text).map((block) => block.trim())).toEqual([
      `# Title`,
      "Text\nof two lines",
      list,
      code,
      "| a |\n| - |",
      "End",
    ]);
  });

  test("are not held together by code within a line that looks like a fence", () => {
    expect(markdownBlocks("```code``` first\n\nsecond")).toHaveLength(2);
  });

  test("together are the text again, and no longer change once the next has begun", () => {
    const line = fc.constantFrom("", "text", "- item", "  in", "```", "~~~~", "# h", "| a | b |", "1. one");
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.array(line, { maxLength: 5 }), (lines, more) => {
        const blocks = markdownBlocks(lines.join("\n"));
        const filled = (text: string) => text.split("\n").filter((each) => each !== "");
        expect(filled(blocks.join("\n"))).toEqual(filled(lines.join("\n")));
        const grown = markdownBlocks([...lines, ...more].join("\n"));
        expect(grown.slice(0, Math.max(0, blocks.length - 1))).toEqual(blocks.slice(0, -1));
      }),
    );
  });
});

describe("text that is still being written", () => {
  test.each([
    ["Prices\n\n| Measure | Value", "Prices\n\n"],
    ["| Measure | Value |\n| --- |", ""],
    ["| Measure | Value |\n| --- | --- |", "| Measure | Value |\n| --- | --- |"],
    ["| Measure | Value |\n| --- | --- |\n| a", "| Measure | Value |\n| --- | --- |"],
    ["| Measure | Value |\n| --- | --- |\n| a |", "| Measure | Value |\n| --- | --- |"],
    ["| Measure | Value |\n| --- | --- |\n| a | **b", "| Measure | Value |\n| --- | --- |"],
    ["| Measure | Value |\n| --- | --- |\n| a \\| b |", "| Measure | Value |\n| --- | --- |"],
    ["| Measure | Value |\n| --- | --- |\n| a | b |", "| Measure | Value |\n| --- | --- |\n| a | b |"],
    ["| Measure | Value |\n| --- | --- |\n| a |\n", "| Measure | Value |\n| --- | --- |\n| a |\n"],
    ["| Measure | Value |\n| --- | --- |\nso **bold", "| Measure | Value |\n| --- | --- |\nso **bold**"],
    ["so **bold", "so **bold**"],
    ["Said.\n\n## ", "Said.\n\n"],
    ["###", ""],
    ["## Risks", "## Risks"],
    ["so **bold** text", "so **bold** text"],
    ["a `code **", "a `code **"],
    ["see [the docs](https://exa", "see the docs"],
    ["see [the do", "see the do"],
    ["see [the docs](https://example.com)", "see [the docs](https://example.com)"],
  ])("%j shows as %j", (text, shown) => {
    expect(settledMarkdown(text)).toBe(shown);
  });
});

describe("links", () => {
  test.each(["https://a.example/?q=1#x", "HTTP://A.example", "mailto:a@b.example"])("%s may be followed", (url) => {
    expect(safeUrl(url)).toBe(url);
  });

  test.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "/api/v1/threads",
    "",
  ])("%j may not", (url) => {
    expect(safeUrl(url)).toBe("");
  });
});

test("a text full of brackets is settled as fast as any other", () => {
  // Looked at from each bracket, it would take hours.
  const text = `${"[".repeat(2_000_000)}\nend`;
  expect(settledMarkdown(text)).toBe(text);
});
