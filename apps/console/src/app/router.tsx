import { useMemo, useSyncExternalStore } from "react";
import type { ComponentProps, MouseEvent } from "react";

/** Pages with an address of their own, by that address. `/metrics` is the server's, for Prometheus. */
const PAGES = {
  "/": "home",
  "/runs": "runs",
  "/inbox": "inbox",
  "/tasks": "tasks",
  "/connections": "connections",
  "/dashboard": "metrics",
  "/audit": "audit",
  "/reference": "reference",
  "/playground": "playground",
  "/settings": "settings",
} as const;

/** The pages there are. */
export type Route =
  | { readonly page: (typeof PAGES)[keyof typeof PAGES] }
  | { readonly page: "thread"; readonly threadId: string }
  | { readonly page: "chart"; readonly threadId: string }
  | { readonly page: "task"; readonly taskId: string }
  | { readonly page: "unknown" };

export function routeOf(pathname: string): Route {
  if (Object.hasOwn(PAGES, pathname)) return { page: PAGES[pathname as keyof typeof PAGES] };
  const [, kind, text, ...rest] = pathname.split("/");
  const id = text === undefined || text === "" || rest.length > 0 ? undefined : decoded(text);
  if (id === undefined) return { page: "unknown" };
  if (kind === "threads") return { page: "thread", threadId: id };
  if (kind === "chart") return { page: "chart", threadId: id };
  if (kind === "tasks") return { page: "task", taskId: id };
  return { page: "unknown" };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: no id of ours.
    return undefined;
  }
}

export function threadPath(threadId: string): string {
  return `/threads/${encodeURIComponent(threadId)}`;
}

export function chartPath(threadId: string): string {
  return `/chart/${encodeURIComponent(threadId)}`;
}

export function taskPath(taskId: string): string {
  return `/tasks/${encodeURIComponent(taskId)}`;
}

const listeners = new Set<() => void>();

function announce(): void {
  for (const listener of listeners) listener();
}

export function navigate(path: string): void {
  history.pushState(null, "", path);
  announce();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** What stands behind the `?` of the address: filters and places that a link should carry. */
export function useSearch(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** Changes what stands behind the `?`, in place: going back leaves the page. Null and "" remove a key. */
export function setSearch(change: Readonly<Record<string, string | null>>): void {
  const search = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === "") search.delete(key);
    else search.set(key, value);
  }
  const text = search.toString();
  history.replaceState(null, "", location.pathname + (text === "" ? "" : `?${text}`));
  announce();
}

/** A link within the console; with a modifier key the browser does what it always does. */
export function Link({ href, onClick, ...props }: ComponentProps<"a"> & { readonly href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain || props.target === "_blank") return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...props} />;
}
