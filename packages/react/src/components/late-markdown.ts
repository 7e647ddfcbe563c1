import { fetchedAhead, type FetchedAhead } from "./fetched-ahead.tsx";
import type { MarkdownProps } from "../markdown/markdown.tsx";

export const LateMarkdown: FetchedAhead<MarkdownProps> = fetchedAhead(() => import("../markdown/markdown.tsx"));

/**
 * Fetches the Markdown reader, which is a part of its own. `MessageList` does so when it appears; called
 * earlier, say as a page decides to show a thread, no text shows as it was written first.
 */
export function preloadMarkdown(): void {
  LateMarkdown.fetch();
}
