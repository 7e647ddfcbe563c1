import { Check, Copy } from "lucide-react";
import { memo, useRef, useState } from "react";
import type { ComponentProps, ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import type { Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { Button } from "../ui/button.tsx";
import { markdownBlocks, settledMarkdown } from "./markdown-blocks.ts";
import { safeUrl } from "./safe-url.ts";

/**
 * Text of an agent. It may have been steered by what the agent read, so it can do no more than be
 * read: raw HTML is dropped, links go to http(s) and mailto only, and no image is fetched, since its
 * address could carry data out.
 */
export default function Markdown({ text, isOpen }: { readonly text: string; readonly isOpen: boolean }) {
  const shown = isOpen ? settledMarkdown(text) : text;
  // Blocks only grow at the end: their place is their identity.
  return (
    <div className="prose">
      {markdownBlocks(shown).map((block, index) => (
        <Block key={index} text={block} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text }: { readonly text: string }) {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={safeUrl} skipHtml>
      {text}
    </ReactMarkdown>
  );
});

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <>{children}</>
    ),
  img: ({ alt }) => <>{alt === undefined || alt === "" ? "" : `[image: ${alt}]`}</>,
  // The page has the first heading.
  h1: "h2",
  h2: "h3",
  h3: "h4",
  h4: "h5",
  h5: "h6",
  table: ({ children }) => (
    <div className="scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <Code>{children}</Code>,
  // A checkbox in a list shows how things stand; there is nothing to tick.
  input: ({ checked }: ComponentProps<"input">) => (
    <span aria-label={checked ? "done" : "open"}>{checked ? "☑ " : "☐ "}</span>
  ),
};

function Code({ children }: { readonly children?: ReactNode }) {
  const box = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard?.writeText(box.current?.textContent ?? "").then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="group relative">
      <pre
        ref={box}
        tabIndex={0}
        className="overflow-x-auto rounded-control border border-hairline bg-sunken p-3 text-xs"
      >
        {children}
      </pre>
      <Button
        tone="ghost"
        size="icon"
        aria-label={copied ? "Copied" : "Copy code"}
        onClick={copy}
        className="absolute top-1 right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100"
      >
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      </Button>
    </div>
  );
}
