import { plural } from "../format.ts";
import { useNow } from "./use-now.ts";

export type ConnectionState = "connecting" | "connected" | "reconnecting" | "disconnected" | "error";

/** A connection as `useConnection` gives it; all but the state may be unknown. */
export interface ShownConnection {
  readonly state: ConnectionState;
  /** Attempts that have failed in a row. */
  readonly attempt?: number;
  /** When the next attempt is made, in ms since the Unix epoch; null while none is planned. */
  readonly retryAt?: number | null;
  /** One round trip; null until it has been measured. */
  readonly latencyMs?: number | null;
  /** What carries the frames, such as `websocket`. */
  readonly transport?: string | null;
  /** Events that are known to be missing. */
  readonly behind?: number | null;
  /** Tries again now. */
  readonly retry?: () => void;
}

/** The connection in words. */
export interface ConnectionWords {
  readonly state: ConnectionState;
  /** `Live`, `Catching up`, `Reconnecting`, … */
  readonly label: string;
  /** `12 ms · websocket`, `in 3 s · attempt 2`; empty where there is nothing to say. */
  readonly detail: string;
  /** `12 ms`; null while it is not live, or not measured. */
  readonly latency: string | null;
  /** `in 3 s`: until the next attempt; null while none is planned. */
  readonly countdown: string | null;
  /** Null while there is nothing to hurry. */
  readonly retry: (() => void) | null;
}

const COUNT_EVERY_MS = 500;

/** Says how the connection is, and counts down to its next attempt: `useConnectionWords(useConnection())`. */
export function useConnectionWords(connection: ShownConnection): ConnectionWords {
  const { state, attempt = 0, retryAt = null, latencyMs = null, transport = null, retry } = connection;
  const now = useNow(state === "reconnecting" && retryAt !== null ? COUNT_EVERY_MS : null);
  const behind = connection.behind ?? 0;
  const isLive = state === "connected";
  const isLost = state === "reconnecting";
  const latency = isLive && latencyMs !== null ? `${Math.round(latencyMs)} ms` : null;
  const countdown = isLost ? countdownTo(retryAt, now) : null;
  const missing = behind > 0 ? `${plural(behind, "event")} behind` : null;
  const attempts = isLost && attempt > 0 ? `attempt ${attempt}` : null;
  const details = isLive ? [missing, latency, transport] : [countdown, attempts, missing];
  const isDown = isLost || state === "disconnected" || state === "error";
  return {
    state,
    label: isLive && behind > 0 ? "Catching up" : LABELS[state],
    detail: details.filter((detail) => detail !== null).join(" · "),
    latency,
    countdown,
    retry: isDown && retry !== undefined ? retry : null,
  };
}

const LABELS: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting",
  connected: "Live",
  reconnecting: "Reconnecting",
  disconnected: "Not connected",
  error: "Connection failed",
};

function countdownTo(at: number | null, now: number | null): string | null {
  if (at === null || now === null || at <= now) return null;
  return `in ${Math.ceil((at - now) / 1000)} s`;
}
