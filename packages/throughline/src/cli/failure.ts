import { ThroughlineError } from "@throughline/protocol";

/** Says why the command could not do its work, what can be done about it, and leaves with 1. */
export function reportFailure(error: unknown): void {
  const { code, message, remedy, stack } = ThroughlineError.from(error);
  // A stranger's stack is for whoever mends the program; our own refusals speak for themselves.
  const details = code === "internal" ? `\n${stack ?? ""}` : "";
  process.stderr.write(`throughline: ${message}\n  ${remedy} [${code}]${details}\n`);
  process.exitCode = 1;
}
