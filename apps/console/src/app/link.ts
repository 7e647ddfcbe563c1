import type { ConnectionState } from "@throughline/client";
import type { Failure } from "../server/failure.ts";
import { failureOf } from "../server/failure.ts";

/** The connection in the words of the page: what the line and the pill show. */
export type Link =
  | { readonly phase: "connecting" }
  | { readonly phase: "live" }
  /** The way is clear, and what happened meanwhile is coming in. */
  | { readonly phase: "catching-up"; readonly behind: number }
  | {
      readonly phase: "reconnecting";
      readonly attempt: number;
      /** Null when the server has not said how far it has got, as while it cannot be reached. */
      readonly behind: number | null;
    }
  | { readonly phase: "refused"; readonly failure: Failure };

export function linkOf(connection: Pick<ConnectionState, "state" | "attempt" | "behind" | "error">): Link {
  const { state, attempt, behind, error } = connection;
  switch (state) {
    case "connected":
      return behind > 0 ? { phase: "catching-up", behind } : { phase: "live" };
    case "reconnecting":
      return { phase: "reconnecting", attempt, behind: behind === 0 ? null : behind };
    case "error":
      return { phase: "refused", failure: failureOf(error) };
    case "connecting":
    case "disconnected":
      return { phase: "connecting" };
  }
}

/** Whether the server can be asked for something. */
export function isReachable(link: Link): boolean {
  return link.phase === "live" || link.phase === "catching-up";
}
