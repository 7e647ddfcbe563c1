import { useCallback } from "react";
import type { ConnectionState } from "@throughline/client";
import { useClient } from "./use-client.ts";
import { useReadable } from "./use-readable.ts";

export interface UseConnection extends ConnectionState {
  /** Tries again at once; makes sure that the server is there while connected. */
  readonly retry: () => void;
}

const ON_SERVER: ConnectionState = {
  state: "connecting",
  attempt: 0,
  retryAt: null,
  latencyMs: null,
  transport: null,
  error: null,
  behind: 0,
};

/** How the connection to the server is. It is no thread's: each has its own `status`. */
export function useConnection(): UseConnection {
  const client = useClient();
  const connection = useReadable(client.connection, ON_SERVER);
  const retry = useCallback(() => {
    // One that has given up, or was ended, has nothing to hurry.
    if (client.connection.get().state === "connected") client.retry();
    else client.connect();
  }, [client]);
  return { ...connection, retry };
}
