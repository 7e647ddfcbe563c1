import { memo, useMemo } from "react";
import type { ComponentProps, ComponentType, ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import type { Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { TextBoundary } from "../components/text-boundary.tsx";
import { settledMarkdown } from "./blocks.ts";
import { Code } from "./code.tsx";
import { piecesOf } from "./pieces.ts";
import { safeUrl } from "./safe-url.ts";
import { usePaced } from "./use-paced.ts";

/** What a block of code is shown by; its children are the code. */
export type CodeBlock = ComponentType<{ readonly children?: ReactNode }>;

export interface MarkdownProps {
  readonly text: string;
  /** Whether it is still being written: what is half a table or half a link then waits. */
  readonly isOpen?: boolean;
  readonly className?: string;
  /** Default: with a button that copies it. */
  readonly code?: CodeBlock;
}

/**
 * Text of an agent. It may have been steered by what the agent read, so it can do no more than be
 * read: raw HTML is dropped, links go to http(s) and mailto only, and no image is fetched, since its
 * address could carry data out. What would take long to read as Markdown shows as it was written.
 */
export default function Markdown({ text, isOpen = false, className, code = Code }: MarkdownProps) {
  const shown = usePaced(text, isOpen);
  const pieces = useMemo(() => piecesOf(isOpen ? settledMarkdown(shown) : shown), [shown, isOpen]);
  const components = useMemo(() => ({ ...COMPONENTS, pre: code }), [code]);
  // Pieces only grow at the end: their place is their identity.
  return (
    <div data-tl="prose" className={className}>
      {pieces.map((piece, index) =>
        piece.isPlain ? (
          <p key={index} data-tl="plain">
            {piece.text}
          </p>
        ) : (
          <TextBoundary key={index} text={piece.text}>
            <Block text={piece.text} components={components} />
          </TextBoundary>
        ),
      )}
    </div>
  );
}

interface BlockProps {
  readonly text: string;
  readonly components: Components;
}

const Block = memo(function Block({ text, components }: BlockProps) {
  return (
    <ReactMarkdown
      remarkPlugins={PLUGINS}
      allowedElements={ALLOWED}
      components={components}
      urlTransform={safeUrl}
      skipHtml
    >
      {text}
    </ReactMarkdown>
  );
});

const PLUGINS = [remarkGfm];

/** What Markdown can say, and nothing else. `img` stands for its words. */
const ALLOWED = (
  "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre section strong sup " +
  "table tbody td th thead tr ul"
).split(" ");

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
  // A checkbox in a list shows how things stand; there is nothing to tick.
  input: ({ checked }: ComponentProps<"input">) => (
    <span aria-label={checked ? "done" : "open"}>{checked ? "☑ " : "☐ "}</span>
  ),
};
