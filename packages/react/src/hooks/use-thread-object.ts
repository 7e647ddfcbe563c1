import { useMemo } from "react";
import type { Readable, Thread } from "@throughline/client";
import { useClient } from "./use-client.ts";

/** A thread's id; null, undefined or "" while there is none yet, as before a router is ready. */
export type ThreadId = string | null | undefined;

/** The client's thread of this id; null while there is none. */
export function useThreadObject(threadId: ThreadId): Thread | null {
  const client = useClient();
  return useMemo(() => (isThreadId(threadId) ? client.thread(threadId) : null), [client, threadId]);
}

export function isThreadId(threadId: ThreadId): threadId is string {
  return (threadId ?? "") !== "";
}

/** What stays as it is, where there is no thread to follow. */
export function constant<T>(value: T): Readable<T> {
  return { get: () => value, subscribe: () => () => {} };
}
