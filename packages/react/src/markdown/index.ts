"use client";

export { markdownBlocks, settledMarkdown } from "./blocks.ts";
export { type CodeBlock, default as Markdown, default, type MarkdownProps } from "./markdown.tsx";
export { safeUrl } from "./safe-url.ts";
