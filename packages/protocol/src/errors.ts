/**
 * Every way a request can be refused or a run can fail: one table. A code is stable; its text is
 * not, so tell errors apart by the code.
 */
export const ERRORS = {
  // What a client sent
  invalid_frame: { status: 400, remedy: "Send one JSON object per frame with a known `type`." },
  invalid_input: { status: 400, remedy: "Correct the named field and send it again." },
  empty_message: { status: 400, remedy: "Send a message with text in it." },
  invalid_cursor: { status: 400, remedy: "Pass a position as SEQ or EPOCH.SEQ, as a frame or answer gave it." },
  payload_too_large: {
    status: 413,
    remedy: "Send less in one frame or body, or raise the limit in the server's settings.",
  },
  forbidden: { status: 403, remedy: "Use credentials that allow this." },
  origin_not_allowed: { status: 403, remedy: "Add this origin to THROUGHLINE_ALLOWED_ORIGINS." },
  websocket_disabled: {
    status: 403,
    remedy: "Use the HTTP addresses; GET /api/v1/realtime-config says how to connect.",
  },
  not_found: { status: 404, remedy: "Check the id; it may belong to somebody else or be deleted." },
  unknown_agent: { status: 404, remedy: "Name one of the served agents; GET /api/v1/agents lists them." },
  run_id_conflict: { status: 409, remedy: "This run id stands for another thread, agent or input. Use a new run id." },
  thread_busy: { status: 409, remedy: "Wait until the current run has ended, or cancel it." },
  already_answered: { status: 409, remedy: "Somebody answered first; the thread shows the answer." },
  task_exists: { status: 409, remedy: "Use another id, or change the task that is there." },
  version_mismatch: {
    status: 412,
    remedy: "Read it and apply your change to what is there.",
  },
  run_not_active: { status: 409, remedy: "The run has ended; start a new one." },
  queue_full: { status: 429, remedy: "Wait until one of the thread's queued runs has started." },
  too_many_symbols: { status: 429, remedy: "Unsubscribe from some symbols, or open another connection." },
  too_many_subscriptions: { status: 429, remedy: "Unsubscribe from some threads, or open another connection." },
  rate_limited: { status: 429, remedy: "Slow down; try again after the time given." },
  messages_dropped: { status: 410, remedy: "Nothing to mend; ask whoever sent them, or stay away for less long." },
  // What a client says by itself
  unauthenticated: { status: 401, remedy: "Sign in again, or give a valid token." },
  connection_failed: { status: 503, remedy: "Check the network, and that the server runs." },
  not_delivered: { status: 504, remedy: "Send it again; under the same id it applies once." },
  outbox_full: { status: 429, remedy: "Wait until the connection is back, and send it again." },
  client_closed: { status: 409, remedy: "Make another client." },
  // The log
  stream_exists: { status: 409, remedy: "Use another name, or append to the stream that is there." },
  stream_closed: { status: 409, remedy: "Start another stream." },
  head_mismatch: { status: 409, remedy: "Read the stream and try again." },
  control_mismatch: { status: 409, remedy: "Read it and try again." },
  producer_fenced: { status: 409, remedy: "Stop writing." },
  producer_gap: { status: 409, remedy: "Send the missing batch first." },
  trimmed: { status: 410, remedy: "Read from the first kept record." },
  storage_full: { status: 507, remedy: "Free disk space; the server takes up writing by itself." },
  corrupt: { status: 500, remedy: "Stop the server and restore a backup." },
  unavailable: { status: 503, remedy: "Try again in a moment." },
  overloaded: { status: 503, remedy: "Slow down and try again." },
  draining: { status: 503, remedy: "Connect again in a moment." },
  // How a server refuses to start
  invalid_setting: { status: 500, remedy: "Correct the named settings and start again." },
  insecure_binding: { status: 500, remedy: "Listen on a loopback address, or turn on authentication." },
  address_in_use: { status: 500, remedy: "Stop what listens there, or choose another THROUGHLINE_PORT." },
  // How a run fails
  agent_error: { status: 500, remedy: "The agent threw; see its message and the server's log." },
  agent_invalid_event: { status: 500, remedy: "The agent emitted what AG-UI does not allow; mend the agent." },
  worker_lost: { status: 500, remedy: "What ran the agent died; start the run again." },
  server_restart: { status: 503, remedy: "Start the run again." },
  internal: { status: 500, remedy: "This is a bug in the server; see its log." },
} as const satisfies Record<string, { status: number; remedy: string }>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS;

/** The one error class: a stable code, a message for people, the cause. */
export class ThroughlineError extends Error {
  readonly code: ErrorCode;
  /** Facts for programs, such as the epoch and last seq beside `trimmed`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ThroughlineError";
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** What the reader can do about it. */
  get remedy(): string {
    return ERRORS[this.code].remedy;
  }

  /** Makes any thrown value one of ours; `fallback` is the code for a stranger. */
  static from(value: unknown, fallback: ErrorCode = "internal"): ThroughlineError {
    if (value instanceof ThroughlineError) return value;
    const message = value instanceof Error ? value.message : String(value);
    return new ThroughlineError(fallback, message, { cause: value });
  }
}
