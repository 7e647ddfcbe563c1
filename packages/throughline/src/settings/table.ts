import { broker, type Kind, oneOf, origins, text, wholeNumber, words, yesOrNo } from "./kinds.ts";

/** One thing that can be set: by flag, by variable, in the config file, in this order. */
export interface Setting<T> {
  readonly env: string;
  readonly kind: Kind<T>;
  /** Absent = the program decides; then the value is undefined. */
  readonly fallback?: T;
  /** One line for `--help`. */
  readonly help: string;
}

/** Every setting there is. The key is its name in the config file; the flag is the same in kebab-case. */
export const SETTINGS = {
  host: setting("THROUGHLINE_HOST", text, "127.0.0.1", "address to listen on"),
  port: setting("THROUGHLINE_PORT", wholeNumber(0, 65_535), 4400, "port to listen on; 0 = any free one"),
  dataDir: setting("THROUGHLINE_DATA_DIR", text, ".throughline", "folder of the log and everything else that is kept"),
  durability: setting(
    "THROUGHLINE_DURABILITY",
    oneOf(["full", "os", "memory"]),
    "full",
    "what a commit survives: power loss, kill -9 or nothing",
  ),
  auth: setting("THROUGHLINE_AUTH", oneOf(["none"]), "none", "how callers prove who they are"),
  allowedOrigins: setting("THROUGHLINE_ALLOWED_ORIGINS", origins, [], "origins of other sites' pages that may connect"),
  agents: optional("THROUGHLINE_AGENTS", words, "names of the agents to serve; default: all built-in ones"),
  marketDir: optional("THROUGHLINE_MARKET_DIR", text, "folder with CSV files of prices of your own, such as AAPL.csv"),
  httpAllow: setting("THROUGHLINE_HTTP_ALLOW", origins, [], "origins that agents may fetch from by HTTP GET"),
  rabbitmqUrl: optional("THROUGHLINE_RABBITMQ_URL", broker, "RabbitMQ broker that requests go through"),
  requestAgent: setting(
    "THROUGHLINE_REQUEST_AGENT",
    text,
    "planner-executor",
    "who works on requests that name nobody",
  ),
  workerLeaseMs: setting(
    "THROUGHLINE_WORKER_LEASE_MS",
    wholeNumber(1_000, 3_600_000),
    60_000,
    "how long a worker behind the broker may be silent before its run ends, in ms",
  ),
  drainMs: setting(
    "THROUGHLINE_DRAIN_MS",
    wholeNumber(0, 3_600_000),
    30_000,
    "how long running agents may finish on SIGTERM, in ms",
  ),
  streamGraceMs: setting(
    "THROUGHLINE_STREAM_GRACE_MS",
    wholeNumber(0, 3_600_000),
    30_000,
    "how long a run outlives its /ws/stream client, in ms; 0 = not at all",
  ),
  enableWebsocket: setting(
    "ENABLE_WEBSOCKET",
    yesOrNo,
    true,
    "whether WebSocket connections are taken; without, clients use HTTP",
  ),
  wsRolloutPercent: setting(
    "WS_ROLLOUT_PERCENT",
    wholeNumber(0, 100),
    100,
    "of a hundred sessions, how many are advised to use WebSocket",
  ),
  wsHeartbeatInterval: setting(
    "WS_HEARTBEAT_INTERVAL",
    wholeNumber(1_000, 3_600_000),
    30_000,
    "how often clients are told to ping, in ms",
  ),
  wsMaxReconnectAttempts: setting(
    "WS_MAX_RECONNECT_ATTEMPTS",
    wholeNumber(0, 1_000),
    10,
    "how often clients are told to try again before they turn to HTTP",
  ),
  wsReconnectInterval: setting(
    "WS_RECONNECT_INTERVAL",
    wholeNumber(0, 3_600_000),
    1_000,
    "how long clients are told to wait before they try again, in ms",
  ),
  auditDays: setting("THROUGHLINE_AUDIT_DAYS", wholeNumber(1, 3_650), 30, "how many days the audit log is kept"),
  maxFrameBytes: setting(
    "THROUGHLINE_MAX_FRAME_BYTES",
    wholeNumber(1_024, 64 * 1_024 * 1_024),
    64 * 1_024,
    "most bytes of one frame or request body of a client",
  ),
  maxConnections: setting(
    "THROUGHLINE_MAX_CONNECTIONS",
    wholeNumber(1, 1_000_000),
    20_000,
    "most WebSockets open at once",
  ),
  maxQueuedRuns: setting(
    "THROUGHLINE_MAX_QUEUED_RUNS",
    wholeNumber(0, 100_000),
    100,
    "most starts that may wait for one thread",
  ),
  framesPerSecond: setting(
    "THROUGHLINE_RATE_FRAMES_PER_SECOND",
    wholeNumber(1, 1_000_000),
    50,
    "frames a second that one connection may send in the long run",
  ),
  frameBurst: setting(
    "THROUGHLINE_RATE_FRAME_BURST",
    wholeNumber(1, 1_000_000),
    200,
    "frames that one connection may send at once after a quiet time",
  ),
  logLevel: setting(
    "THROUGHLINE_LOG_LEVEL",
    oneOf(["debug", "info", "warn", "error", "silent"]),
    "info",
    "least severe log line that is written",
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S> = S extends { readonly kind: Kind<infer T> }
  ? S extends { readonly fallback: unknown }
    ? T
    : T | undefined
  : never;

/** The settings a server runs with: all read, checked and filled in. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** What `throughline.config.ts` may hold. */
export type ConfigFile = { readonly [Name in SettingName]?: Settings[Name] };

/** The names, typed. */
export const SETTING_NAMES = Object.keys(SETTINGS).filter(isSettingName);

/** Whether a setting of this name exists. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The name of a setting's flag, without the dashes in front. */
export function flagOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function setting<T>(
  env: string,
  kind: Kind<T>,
  fallback: NoInfer<T>,
  help: string,
): Setting<T> & { readonly fallback: T } {
  return { env, kind, fallback, help };
}

function optional<T>(env: string, kind: Kind<T>, help: string): Setting<T> {
  return { env, kind, help };
}
