import { useCallback } from "react";
import type { PresenceState } from "@throughline/client";
import { useClient } from "./use-client.ts";
import { useReadable } from "./use-readable.ts";
import { constant, type ThreadId, useThreadObject } from "./use-thread-object.ts";

export interface UsePresence extends PresenceState {
  /** This client's id among the watchers; null while a server renders, or there is no thread. */
  readonly self: string | null;
  /** Shows others that one types, for a few seconds; call it at every key stroke. */
  readonly setTyping: (typing: boolean) => void;
}

const NOBODY: PresenceState = { watchers: [], total: 0, typing: [] };
const NOWHERE = /* @__PURE__ */ constant(NOBODY);

/** Who watches a thread, and who types; nobody while there is none yet. */
export function usePresence(threadId: ThreadId): UsePresence {
  const { clientId } = useClient();
  const thread = useThreadObject(threadId);
  const presence = useReadable(thread?.presence ?? NOWHERE, NOBODY);
  const setTyping = useCallback((typing: boolean) => thread?.setTyping(typing), [thread]);
  return { ...presence, self: presence === NOBODY ? null : clientId, setTyping };
}
