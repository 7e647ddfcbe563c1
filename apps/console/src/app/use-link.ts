import { useMemo } from "react";
import { useConnection } from "@throughline/react";
import { linkOf } from "./link.ts";
import type { Link } from "./link.ts";

/** The connection as the header and the line show it; the same object until it says something else. */
export function useLink(): Link {
  const { state, attempt, behind, error } = useConnection();
  return useMemo(() => linkOf({ state, attempt, behind, error }), [state, attempt, behind, error]);
}
