import { useSyncExternalStore } from "react";
import type { ComponentProps, MouseEvent } from "react";

/** The pages there are. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "thread"; readonly threadId: string }
  | { readonly page: "chart"; readonly threadId: string }
  | { readonly page: "unknown" };

export function routeOf(pathname: string): Route {
  if (pathname === "/") return { page: "home" };
  const [, kind, id, ...rest] = pathname.split("/");
  if (id === undefined || id === "" || rest.length > 0) return { page: "unknown" };
  const threadId = decoded(id);
  if (threadId === undefined) return { page: "unknown" };
  if (kind === "threads") return { page: "thread", threadId };
  if (kind === "chart") return { page: "chart", threadId };
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

const listeners = new Set<() => void>();

export function navigate(path: string): void {
  history.pushState(null, "", path);
  for (const listener of listeners) listener();
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

/** A link within the console; with a modifier key the browser does what it always does. */
export function Link({ href, onClick, ...props }: ComponentProps<"a"> & { readonly href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...props} />;
}
