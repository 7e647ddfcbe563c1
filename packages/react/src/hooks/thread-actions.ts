import type { NewMessage, Store, Thread } from "@throughline/client";
import { type Json, ThroughlineError } from "@throughline/protocol";

/**
 * What one does with a thread. Each may be left alone, as an event handler does: what goes wrong shows in
 * `error` and, for messages, in `outgoing`. Who awaits gets the ThroughlineError as well: `invalid_input`
 * while there is no thread.
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

type Refusal = Store<ThroughlineError | null>;

/** @param refusal shows what went wrong last, as long as nothing has gone well since */
export function actionsOn(thread: Thread | null, agent: string | undefined, refusal: Refusal): ThreadActions {
  if (thread === null) return withoutThread(refusal);
  /** Whoever does not await it has not left it alone: its failure shows. */
  const shown = <T>(work: Promise<T>, isShown = true): Promise<T> => {
    work.then(
      () => refusal.set(null),
      (error: unknown) => refusal.set(isShown ? ThroughlineError.from(error) : null),
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

function withoutThread(refusal: Refusal): ThreadActions {
  const refuse = (): Promise<never> => {
    const error = new ThroughlineError("invalid_input", "There is no thread yet.");
    refusal.set(error);
    const refused = Promise.reject(error);
    // It shows: who does not await it has caught it.
    refused.catch(() => {});
    return refused;
  };
  return {
    send: refuse,
    retry: refuse,
    stop: refuse,
    pause: refuse,
    resume: refuse,
    answer: refuse,
    fork: refuse,
    discard: () => undefined,
  };
}
