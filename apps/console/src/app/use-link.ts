import { useMemo } from "react";
import { useConnection } from "@throughline/react";
import type { UseConnection } from "@throughline/react";
import { linkOf } from "./link.ts";
import type { Link } from "./link.ts";

interface ShownLink extends Pick<UseConnection, "latencyMs" | "transport" | "retry"> {
  readonly link: Link;
}

/** The connection as the header and the line show it. */
export function useLink(): ShownLink {
  const { latencyMs, transport, retry, ...connection } = useConnection();
  const { state, attempt, retryAt, behind, error } = connection;
  const link = useMemo(
    () => linkOf({ state, attempt, retryAt, behind, error, latencyMs: null, transport: null }),
    [state, attempt, retryAt, behind, error],
  );
  return { link, latencyMs, transport, retry };
}
