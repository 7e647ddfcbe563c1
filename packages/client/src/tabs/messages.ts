import {
  type ErrorCode,
  type NativeClientFrame,
  type NativeServerFrame,
  ThroughlineError,
} from "@throughline/protocol";
import type { LinkState } from "../connection/link.ts";

/**
 * What tabs say to each other. `tab` is the id of the tab that speaks, `term` says since when it leads: a tab
 * that was frozen may not know yet that another does.
 */
export type TabMessage =
  /** `lead`: somebody leads from now on; whoever follows joins. `alive`: whoever leads does so still, and runs. */
  | { readonly to: "tabs"; readonly type: "lead" | "alive"; readonly term: number }
  | { readonly to: "leader"; readonly type: LeaderWord; readonly tab: string }
  | { readonly to: "leader"; readonly type: "frame"; readonly tab: string; readonly frame: NativeClientFrame }
  /** One message for all it is meant for: every tab gets what any tab posts. */
  | ({ readonly to: "some"; readonly those: readonly string[]; readonly term: number } & HubMessage);

/** `ask`: does the leading tab still run? */
type LeaderWord = "join" | "leave" | "connect" | "nudge" | "renew" | "ask";

/** Counts up with each change of the messages: tabs of different versions do not share a connection. */
export const TABS_VERSION = 2;

/** Whether it is one of ours: a channel belongs to whoever on the origin knows its name. */
export function isTabMessage(value: unknown): value is TabMessage {
  const { to, type, those, term } = (value ?? {}) as Record<string, unknown>;
  if (to === "leader") return true;
  if (typeof term !== "number") return false;
  return to === "tabs" ? type === "lead" || type === "alive" : to === "some" && Array.isArray(those);
}

/** What the leading tab's hub tells some tabs. */
export type HubMessage =
  | { readonly type: "state"; readonly state: StateJson }
  | { readonly type: "opened" }
  | { readonly type: "ended" }
  | { readonly type: "frame"; readonly frame: NativeServerFrame };

/** A link's state as it travels: an error's class does not survive the way between tabs. */
export type StateJson = Omit<LinkState, "error"> & {
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
};

export function encodeState(state: LinkState): StateJson {
  const { error } = state;
  return { ...state, error: error === null ? null : { code: error.code, message: error.message } };
}

export function decodeState(state: StateJson): LinkState {
  const { error } = state;
  return { ...state, error: error === null ? null : new ThroughlineError(error.code, error.message) };
}
