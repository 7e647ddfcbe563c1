import { useEffect, useMemo, useState } from "react";
import type { NewMessage, Outgoing, PresenceState, Thread, ThreadState } from "@throughline/client";
import { type Json, type Message, type ThreadView, ThroughlineError } from "@throughline/protocol";
import { mirrorView } from "../stores/mirror-view.ts";
import { useStores } from "./throughline-provider.tsx";
import { useClient } from "./use-client.ts";
import { usePresence } from "./use-presence.ts";
import { useReadable } from "./use-readable.ts";
import { blankThread } from "./use-thread-selector.ts";

export interface UseThreadOptions {
  /** Who answers; default the thread's latest agent, else the server's first. */
  readonly agent?: string;
  /** Whether the thread fills `chatStore`, `statusStore`, `chartStore` and `taskStore`, too. */
  readonly fillsStores?: boolean;
}

/**
 * What one does with a thread. Each may be left alone, as an event handler does: what goes wrong shows in
 * `error` and, for messages, in `outgoing`. Who awaits gets the ThroughlineError as well.
 */
export interface ThreadActions {
  /** Says something, which starts a run. @returns the run's id once the server has it */
  readonly send: (message: string | NewMessage) => Promise<string>;
  /** Cancels the run, for everybody. */
  readonly stop: (runId?: string) => Promise<void>;
  readonly pause: (runId?: string) => Promise<void>;
  readonly resume: (runId?: string) => Promise<void>;
  readonly answer: (questionId: string, answer: Json) => Promise<void>;
  /** Makes another thread of this one's events up to the seq `at`, or all. @returns its id */
  readonly fork: (at?: number) => Promise<string>;
  /** Sends a message that failed again. */
  readonly retry: (runId: string) => Promise<void>;
  /** Forgets a message that failed. @returns its text */
  readonly discard: (runId: string) => string | undefined;
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
 */
export function useThread(threadId: string, options: UseThreadOptions = {}): UseThread {
  const { agent, fillsStores = false } = options;
  const client = useClient();
  const thread = useMemo(() => client.thread(threadId), [client, threadId]);
  const blank = useMemo(() => blankThread(threadId), [threadId]);
  const state = useReadable(thread.view, blank);
  const presence = usePresence(threadId);
  const [refusal, setRefusal] = useState<ThroughlineError | null>(null);
  const actions = useMemo(() => actionsOn(thread, agent, setRefusal), [thread, agent]);
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

function actionsOn(
  thread: Thread,
  agent: string | undefined,
  setRefusal: (error: ThroughlineError | null) => void,
): ThreadActions {
  /** Whoever does not await it has not left it alone: its failure shows. */
  const shown = <T>(work: Promise<T>, isShown = true): Promise<T> => {
    work.then(
      () => setRefusal(null),
      (error: unknown) => setRefusal(isShown ? ThroughlineError.from(error) : null),
    );
    return work;
  };
  const send = async (message: string | NewMessage): Promise<string> => {
    const given = typeof message === "string" ? { text: message } : message;
    const { runId } = await thread.send({ ...(agent !== undefined && { agent }), ...given });
    return runId;
  };
  return {
    // A message that failed says so itself.
    send: (message) => shown(send(message), false),
    retry: (runId) => shown(thread.retry(runId), false),
    stop: (runId) => shown(thread.stop(runId)),
    pause: (runId) => shown(thread.pause(runId)),
    resume: (runId) => shown(thread.resume(runId)),
    answer: (questionId, answer) => shown(thread.answer(questionId, answer)),
    fork: (at) => shown(thread.fork(at === undefined ? {} : { at })),
    discard: (runId) => thread.discard(runId),
  };
}
