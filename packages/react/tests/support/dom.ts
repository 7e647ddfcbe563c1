import { Window } from "happy-dom";
import { afterAll } from "vitest";

/**
 * A page in this process, beside Node's own globals: the server in the same test needs Node's network,
 * streams and timers. Imported first, since React looks for a page as it is loaded.
 */
const page = new Window({ url: "http://localhost/", width: 1200, height: 800 });

const NAMES = [
  "document",
  "DocumentFragment",
  "Element",
  "getComputedStyle",
  "HTMLElement",
  "HTMLIFrameElement",
  "HTMLInputElement",
  "HTMLTextAreaElement",
  "matchMedia",
  "MutationObserver",
  "Node",
  "ResizeObserver",
] as const;

for (const name of NAMES) Object.assign(globalThis, { [name]: page[name] });
Object.assign(globalThis, { window: page });

afterAll(async () => {
  await page.happyDOM.close();
});
