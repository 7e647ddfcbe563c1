import { ThroughlineError } from "@throughline/protocol";
import type { Principal, Scope } from "./principal.ts";

/** What is asked of a thread. */
export type Action =
  | "read"
  | "start"
  | "cancel"
  | "pause"
  | "resume"
  | "answer"
  | "fork"
  | "publish"
  | "delete"
  | "audit"
  | "disconnect";

const NEEDS: Record<Action, Scope> = {
  read: "read",
  start: "run",
  cancel: "run",
  pause: "run",
  resume: "run",
  fork: "run",
  publish: "run",
  delete: "run",
  answer: "answer",
  audit: "admin",
  disconnect: "admin",
};

/**
 * The one place where access is decided (rules A1, S1), at the time of each read and command.
 *
 * Threads are looked up inside the principal's tenant, so a foreign one is never found; what is
 * left to decide here is the scope.
 * @throws forbidden
 */
export function authorize(principal: Principal, action: Action, threadId: string): void {
  const scope = NEEDS[action];
  if (principal.scopes.has(scope)) return;
  throw new ThroughlineError("forbidden", `The scope "${scope}" is needed to ${action} thread "${threadId}".`);
}
