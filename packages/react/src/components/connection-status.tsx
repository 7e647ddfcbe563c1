import type { ReactNode } from "react";
import { plural } from "../format.ts";
import { useNow } from "../hooks/use-now.ts";

export type ConnectionState = "connecting" | "connected" | "reconnecting" | "disconnected" | "error";

export interface ConnectionStatusProps {
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
  readonly className?: string;
  /** Replaces what is shown. */
  readonly children?: (status: ConnectionWords) => ReactNode;
}

/** The connection in words. */
export interface ConnectionWords {
  readonly state: ConnectionState;
  /** `Live`, `Reconnecting`, … */
  readonly label: string;
  /** `12 ms · websocket`, `in 3 s · attempt 2`; empty where there is nothing to say. */
  readonly detail: string;
  readonly retry: (() => void) | null;
}

/** Says how the connection is: latency while it is live, the attempt and a way to hurry it while it is not. */
export function ConnectionStatus({ className, children, ...connection }: ConnectionStatusProps) {
  const { state, retryAt = null } = connection;
  const now = useNow(state === "reconnecting" && retryAt !== null ? COUNT_EVERY_MS : null);
  const words = wordsOf(connection, now);
  return (
    <div data-tl="connection-status" data-state={state} className={className}>
      {children === undefined ? <Words {...words} /> : children(words)}
    </div>
  );
}

const COUNT_EVERY_MS = 500;

function Words({ label, detail, retry }: ConnectionWords) {
  return (
    <>
      <span data-tl="dot" aria-hidden="true" />
      {/* Only the state is announced; a latency or a count-down would be read out without end. */}
      <span role="status">{label}</span>
      {detail !== "" && <span data-tl="detail">{detail}</span>}
      {retry !== null && (
        <button type="button" data-tl="button" onClick={retry}>
          Connect now
        </button>
      )}
    </>
  );
}

const LABELS: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting",
  connected: "Live",
  reconnecting: "Reconnecting",
  disconnected: "Not connected",
  error: "Connection failed",
};

function wordsOf(connection: ConnectionStatusProps, now: number | null): ConnectionWords {
  const { state, retry } = connection;
  const isDown = state === "reconnecting" || state === "disconnected" || state === "error";
  return {
    state,
    label: LABELS[state],
    detail: detailsOf(connection, now).join(" · "),
    retry: isDown && retry !== undefined ? retry : null,
  };
}

function detailsOf(connection: ConnectionStatusProps, now: number | null): readonly string[] {
  const { state, attempt = 0, retryAt = null, latencyMs = null, transport = null, behind = null } = connection;
  const missing = (behind ?? 0) > 0 ? [`${plural(behind ?? 0, "event")} behind`] : [];
  if (state === "connected") {
    return [
      ...missing,
      ...(latencyMs === null ? [] : [`${Math.round(latencyMs)} ms`]),
      ...(transport === null ? [] : [transport]),
    ];
  }
  if (state !== "reconnecting") return missing;
  const seconds = retryAt === null || now === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return [...(seconds > 0 ? [`in ${seconds} s`] : []), ...(attempt > 0 ? [`attempt ${attempt}`] : []), ...missing];
}
