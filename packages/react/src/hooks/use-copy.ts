import { useCallback, useState } from "react";

export interface UseCopy {
  /** It was copied, and `reset` has not been called since. */
  readonly isCopied: boolean;
  readonly copy: (text: string) => void;
  readonly reset: () => void;
}

/**
 * Copies text to the clipboard. Where a page may not, as one that came over plain HTTP, nothing happens:
 * what is to be copied should stand where it can be selected.
 */
export function useCopy(): UseCopy {
  const [isCopied, setCopied] = useState(false);
  const copy = useCallback((text: string) => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  }, []);
  const reset = useCallback(() => setCopied(false), []);
  return { isCopied, copy, reset };
}
