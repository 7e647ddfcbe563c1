import type { RunText } from "./agent.ts";
import type { Json } from "./json.ts";

/**
 * What a client asks of a thread. Every command may carry an `id`; the same id from the same client
 * on the same thread applies once (rule R4).
 */
export type Command = StartCommand | CancelCommand | PauseCommand | ResumeCommand | AnswerCommand;

interface CommandBase {
  readonly id?: string;
}

/** Starts a run with a person's message. */
export interface StartCommand extends CommandBase {
  readonly type: "start";
  readonly runId?: string;
  /** Absent = the agent of the address it came through. */
  readonly agent?: string;
  readonly input: RunText;
  /** What was said before, elsewhere; used only where the thread has had no run. */
  readonly history?: readonly ChatTurn[];
}

/** One message of a conversation that was held elsewhere. */
export interface ChatTurn {
  readonly role: "user" | "assistant" | "system";
  readonly content: string;
}

/** Cancels a run; without `runId` the thread's current one. */
export interface CancelCommand extends CommandBase {
  readonly type: "cancel";
  readonly runId?: string;
}

/** Holds a run between two of its events. */
export interface PauseCommand extends CommandBase {
  readonly type: "pause";
  readonly runId?: string;
}

/** Lets a paused run go on. */
export interface ResumeCommand extends CommandBase {
  readonly type: "resume";
  readonly runId?: string;
}

/** Answers an agent's question; the first answer wins. */
export interface AnswerCommand extends CommandBase {
  readonly type: "answer";
  readonly interruptId: string;
  readonly answer: Json;
}
