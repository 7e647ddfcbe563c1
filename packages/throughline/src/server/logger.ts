import type { LogFields, Logger } from "@throughline/protocol";
import { type DestinationStream, pino, type Logger as Pino } from "pino";
import { jsonLine, readableLine } from "./log-line.ts";

/** Names of fields whose value is never written, here and one level deeper. */
const SECRET_FIELDS = ["token", "ticket", "authorization", "cookie", "password", "secret", "apiKey"];

/** A secret inside an address, such as `?ticket=…`. */
const SECRET_PARAMETERS = /([?&](?:token|ticket|access_token|api_key)=)[^&\s"]+/gi;

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Where lines go. */
  readonly write: (line: string) => void;
  /** Lines for people instead of JSON. */
  readonly readable: boolean;
}

/**
 * The program's logger: one line a message, without tokens and without control characters, so that
 * no field can forge a line.
 */
export function createLogger({ level, write, readable }: LoggerOptions): Logger {
  const destination: DestinationStream = {
    write: (line) => write(readable ? readableLine(line) : jsonLine(line)),
  };
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
  };
  return wrap(pino(options, destination));
}

function wrap(logger: Pino): Logger {
  return {
    debug: (message, fields) => logger.debug(clean(fields), scrub(message)),
    info: (message, fields) => logger.info(clean(fields), scrub(message)),
    warn: (message, fields) => logger.warn(clean(fields), scrub(message)),
    error: (message, fields) => logger.error(clean(fields), scrub(message)),
    child: (fields) => wrap(logger.child(clean(fields))),
  };
}

function clean(fields: LogFields = {}): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [name, cleanValue(value)] as const);
  return Object.fromEntries(entries);
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return scrub(value);
  if (value instanceof Error)
    return { name: value.name, message: scrub(value.message), stack: scrub(value.stack ?? "") };
  return value;
}

function scrub(text: string): string {
  return text.replace(SECRET_PARAMETERS, "$1[redacted]");
}
