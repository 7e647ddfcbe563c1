import type { LogFields, Logger } from "@throughline/protocol";
import { type DestinationStream, pino, type Logger as Pino } from "pino";
import { jsonLine, readableLine } from "./log-line.ts";
import { redactFields, redactText } from "./redact.ts";

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Where lines go. */
  readonly write: (line: string) => void;
  /** Lines for people instead of JSON. */
  readonly readable: boolean;
}

/**
 * The program's logger: one line a message, without secrets and without control characters, so that
 * no field can forge a line.
 */
export function createLogger({ level, write, readable }: LoggerOptions): Logger {
  const destination: DestinationStream = {
    write: (line) => write(readable ? readableLine(line) : jsonLine(line)),
  };
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  return wrap(pino(options, destination));
}

function wrap(logger: Pino): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: LogFields = {}): void => {
      // A level that is off costs nothing.
      if (logger.isLevelEnabled(level)) logger[level](redactFields(fields), redactText(message));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => wrap(logger.child(redactFields(fields))),
  };
}
