import { useCallback, useEffect, useState } from "react";
import type { Page } from "../server/pages.ts";
import { usePolled } from "./use-polled.ts";
import type { Polled } from "./use-polled.ts";

interface Paged<T> {
  readonly list: Polled<Page<T>>;
  readonly refresh: () => void;
  /** Null when there are no more. */
  readonly onMore: (() => void) | null;
  /** A longer list has been asked for and is not there yet. */
  readonly isGrowing: boolean;
}

/** No list on a page gets longer than this; what is beyond has to be searched for. */
const MOST = 200;

/**
 * A list that keeps itself up to date and gets longer on demand. All of what is shown is fetched anew
 * each time, in one request: pages fetched one by one would drift apart as rows move.
 *
 * @param fetcher must be stable (useCallback)
 */
export function usePaged<T>(
  fetcher: (limit: number, signal: AbortSignal) => Promise<Page<T>>,
  options: { readonly pageSize: number; readonly everyMs: number },
): Paged<T> {
  const { pageSize, everyMs } = options;
  const [limit, setLimit] = useState(pageSize);
  const [kept, setKept] = useState<Page<T> | null>(null);
  useEffect(() => {
    setLimit(pageSize);
    setKept(null);
  }, [fetcher, pageSize]);
  const [polled, refresh] = usePolled(
    useCallback((signal: AbortSignal) => fetcher(limit, signal), [fetcher, limit]),
    everyMs,
  );
  // The shorter list stays until the longer one is there, so that nothing jumps.
  const list = polled.value === null && kept !== null ? { ...polled, value: kept } : polled;
  const hasMore = list.value !== null && list.value.next_cursor !== null && limit < MOST;
  const grow = (): void => {
    setKept(list.value);
    setLimit((now) => Math.min(MOST, now + pageSize));
  };
  return {
    list,
    refresh,
    onMore: hasMore ? grow : null,
    isGrowing: polled.value === null && kept !== null,
  };
}
