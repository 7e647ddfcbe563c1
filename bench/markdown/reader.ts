// What `markdown` measures, as a bundler would put it into a page.
import { Markdown } from "@throughline/react/markdown";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

/** The text's HTML. */
export function read(text: string): string {
  return renderToStaticMarkup(createElement(Markdown, { text }));
}
