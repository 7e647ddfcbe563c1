import { useCallback, useMemo } from "react";
import type { PresenceState } from "@throughline/client";
import { useClient } from "./use-client.ts";
import { useReadable } from "./use-readable.ts";

export interface UsePresence extends PresenceState {
  /** This client's id among the watchers; null while a server renders. */
  readonly self: string | null;
  /** Shows others that one types, for a few seconds; call it at every key stroke. */
  readonly setTyping: (typing: boolean) => void;
}

const NOBODY: PresenceState = { watchers: [], total: 0, typing: [] };

/** Who watches a thread, and who types. */
export function usePresence(threadId: string): UsePresence {
  const client = useClient();
  const thread = useMemo(() => client.thread(threadId), [client, threadId]);
  const presence = useReadable(thread.presence, NOBODY);
  const setTyping = useCallback((typing: boolean) => thread.setTyping(typing), [thread]);
  return { ...presence, self: presence === NOBODY ? null : client.clientId, setTyping };
}
