import { useEffect, useMemo } from "react";
import { type Outgoing, type PresenceState, Store, type ThreadState } from "@throughline/client";
import type { Message, ThreadView, ThroughlineError } from "@throughline/protocol";
import { mirrorView } from "../stores/mirror-view.ts";
import { actionsOn, type ThreadActions } from "./thread-actions.ts";
import { useStores } from "./throughline-provider.tsx";
import { usePresence } from "./use-presence.ts";
import { useReadable } from "./use-readable.ts";
import { constant, type ThreadId, useThreadObject } from "./use-thread-object.ts";
import { blankThread } from "./use-thread-selector.ts";

export interface UseThreadOptions {
  /** Who answers; default the thread's latest agent, else the server's first. */
  readonly agent?: string;
  /** Whether the thread fills `chatStore`, `statusStore`, `chartStore` and `taskStore`, too. */
  readonly fillsStores?: boolean;
}

export interface UseThread extends ThreadActions, Pick<PresenceState, "watchers" | "total" | "typing"> {
  /** The thread as it stands; null until it has come. */
  readonly view: ThreadView | null;
  readonly messages: readonly Message[];
  /** What goes on in the conversation, whatever the connection does. */
  readonly status: ThreadState["status"];
  readonly error: ThroughlineError | null;
  /** Messages that the thread does not show yet. */
  readonly outgoing: readonly Outgoing[];
  /** Events there are and that have not come yet. */
  readonly behind: number;
  readonly self: string | null;
  readonly setTyping: (typing: boolean) => void;
}

/**
 * Follows a thread while the component is mounted, at most one rendering in 50 ms. Leaving cancels
 * nothing: a run goes on without its watchers.
 *
 * @param threadId null, undefined or "" while there is none yet: nothing is followed, and every action
 *   rejects with `invalid_input`
 */
export function useThread(threadId: ThreadId, options: UseThreadOptions = {}): UseThread {
  const { agent, fillsStores = false } = options;
  const thread = useThreadObject(threadId);
  const blank = useMemo(() => blankThread(threadId ?? ""), [threadId]);
  const nothing = useMemo(() => constant(blank), [blank]);
  const state = useReadable(thread?.view ?? nothing, blank);
  const presence = usePresence(threadId);
  // Each thread has its own: what went wrong in one, however late, is not another's error.
  const refusals = useMemo(() => ({ thread, last: new Store<ThroughlineError | null>(null) }), [thread]);
  const refusal = useReadable(refusals.last, null);
  const actions = useMemo(() => actionsOn(refusals.thread, agent, refusals.last), [refusals, agent]);
  const stores = useStores();
  useEffect(() => {
    if (fillsStores && state.isLoaded) mirrorView(stores, state.view);
  }, [fillsStores, stores, state]);
  const { isLoaded, error } = state;
  return {
    ...presence,
    ...actions,
    view: isLoaded ? state.view : null,
    messages: state.view.messages,
    status: state.status,
    error: error ?? refusal,
    outgoing: state.outgoing,
    behind: state.behind,
  };
}
