import type { Clock, Logger } from "@throughline/protocol";

/** What this needs of the process it runs in. */
export interface ProcessSeam {
  on(
    event: "SIGTERM" | "SIGINT" | "uncaughtException" | "unhandledRejection",
    listener: (value: unknown) => void,
  ): unknown;
  exit(code: number): void;
}

export interface SuperviseOptions {
  readonly process: ProcessSeam;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lets running work finish and closes everything. */
  stop(): Promise<void>;
}

/**
 * A Ctrl-C reaches every process of the terminal's group, and npm passes it on besides: what comes
 * this soon after the first signal, in ms, is the same wish and not a second one.
 */
const SAME_WISH_MS = 500;

/**
 * Ties the server's life to the process's signals: the first SIGTERM or SIGINT stops it and exits
 * with 0, a second one exits at once with 1. An error that nobody caught is logged and exits with
 * 1: after it no promise of the program can be relied upon, and the log is safe on disk.
 */
export function supervise({ process, clock, logger, stop }: SuperviseOptions): void {
  let firstSignalAt: number | undefined;

  const onSignal = (signal: string): void => {
    if (firstSignalAt === undefined) {
      firstSignalAt = clock.monotonic();
      logger.info("stopping; a second signal stops at once", { signal });
      stop().then(
        () => process.exit(0),
        (error: unknown) => die("stopping failed", error),
      );
    } else if (clock.monotonic() - firstSignalAt > SAME_WISH_MS) {
      logger.warn("stopping at once; runs that were cut short end with an error at the next start", { signal });
      process.exit(1);
    }
  };

  const die = (what: string, error: unknown): void => {
    logger.error(what, { error });
    process.exit(1);
  };

  process.on("SIGTERM", () => onSignal("SIGTERM"));
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("uncaughtException", (error) => die("an error was not caught", error));
  process.on("unhandledRejection", (error) => die("a promise was rejected and nobody looked", error));
}
