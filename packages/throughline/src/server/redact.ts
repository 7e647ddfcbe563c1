/**
 * Takes secrets out of what is to be logged (rule A2). Names decide about values, and what looks like
 * a secret is taken out of any text, so that neither a careless field nor an error's message gives one
 * away.
 */

const CENSORED = "[redacted]";

/** Names of fields whose value is never written, however they are spelled and wherever they stand. */
const SECRET_NAME =
  /token$|^ticket$|authori[sz]ation$|cookie$|password$|secret$|api[-_]?key$|^sec-websocket-protocol$/i;

/** Secrets inside a text: of an address such as `?ticket=…` or `amqp://name:…@host`, of a header such as `Bearer …`, and bare JWTs. */
const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/([?&](?:token|ticket|access_token|api_key)=)[^&\s"]+/gi, `$1${CENSORED}`],
  [/\b([a-z][a-z\d+.-]*:\/\/[^\s/:@"]*):[^\s/@"]+@/gi, `$1:${CENSORED}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${CENSORED}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, CENSORED],
];

/** Deeper values are left out: a log line is no place for them, and a circle would have no end. */
const DEEPEST = 6;

/** A text without what looks like a secret. */
export function redactText(text: string): string {
  return SECRET_TEXTS.reduce((rest, [pattern, censored]) => rest.replace(pattern, censored), text);
}

/** A value as it may be logged. Errors become plain objects with their code and cause. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "[too deep]";
  if (value instanceof Error) return redactFields(plain(value), depth);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return redactFields(value, depth);
}

/** Fields as they may be logged. */
export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_NAME.test(name) ? CENSORED : redact(value, depth + 1)]),
  );
}

function plain(error: Error): object {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  return { name, ...code, message, stack, ...(cause === undefined ? {} : { cause }) };
}
