import { type ThreadView, ThroughlineError } from "@throughline/protocol";
import type { Outgoing } from "./outgoing.ts";

/** What is known of a thread, for a page to show. */
export interface ThreadState {
  /** The thread as it stands; empty until it has come. */
  readonly view: ThreadView;
  /** Whether the view has come from the server. */
  readonly isLoaded: boolean;
  /** Of the thread's history: positions of another epoch mean nothing in it. Empty until the thread exists. */
  readonly epoch: string;
  /**
   * What goes on in the conversation, whatever the connection does. `submitted`: a message is on its way
   * and its run not yet seen. `streaming`: a run goes on. `error`: the last run, the last message or the
   * subscription failed.
   */
  readonly status: "submitted" | "streaming" | "ready" | "error";
  /** With status `error`. */
  readonly error: ThroughlineError | null;
  /** Events there are and that have not come yet. */
  readonly behind: number;
  /** Messages that the thread does not show yet, oldest first. */
  readonly outgoing: readonly Outgoing[];
}

/** What goes on, by what is on its way, what the thread says, and whether it can be followed. */
export function statusOf(
  view: ThreadView,
  outgoing: readonly Outgoing[],
  refusal: ThroughlineError | null,
): Pick<ThreadState, "status" | "error"> {
  if (refusal !== null) return { status: "error", error: refusal };
  const last = outgoing.at(-1);
  if (last?.status === "failed") return { status: "error", error: last.error };
  if (view.status === "running" || view.status === "paused") return { status: "streaming", error: null };
  if (last !== undefined) return { status: "submitted", error: null };
  if (view.status === "failed") return { status: "error", error: runError(view) };
  return { status: "ready", error: null };
}

/** A run's failure as an error; a code that is an agent's own stands in its details. */
function runError(view: ThreadView): ThroughlineError {
  const { code = null, message = "The run failed." } = view.runs.at(-1)?.error ?? {};
  return new ThroughlineError("agent_error", message, { details: { code } });
}
