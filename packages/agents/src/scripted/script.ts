import { ThroughlineError } from "@throughline/protocol";

/** What a message to the `scripted` agent asks for. */
export interface ScriptedPlan {
  readonly tokens: number;
  /** Milliseconds between two events; 0 = as fast as they are read. */
  readonly interval: number;
  /** Bytes each token is padded to; 0 = as it is. */
  readonly size: number;
  readonly tools: number;
  readonly steps: number;
  readonly charts: readonly string[];
  readonly end: Ending;
}

/** How the run ends after its tokens. */
type Ending =
  | { readonly kind: "finish" }
  | { readonly kind: "ask"; readonly question: string }
  | { readonly kind: "fail"; readonly after: number }
  | { readonly kind: "hang" };

/** Whole numbers, with the largest that makes sense. */
const NUMBERS = {
  tokens: 10_000_000,
  interval: 3_600_000,
  size: 1_000_000,
  tools: 100_000,
  steps: 100_000,
  fail: 10_000_000,
  hang: 1,
} as const;
const TEXTS = ["ask", "chart"] as const;
type NumberKey = keyof typeof NUMBERS;

/**
 * Reads `key=value` words, in any order. Words without a key go with the question or chart command
 * before them, so that these may hold spaces; anywhere else they are passed over.
 * @throws ThroughlineError `invalid_input` for an unknown or repeated key and for a bad value
 */
export function parseScript(text: string): ScriptedPlan {
  const numbers = new Map<NumberKey, number>();
  const charts: string[] = [];
  let question: string | undefined;
  for (const [key, value] of pairs(text)) {
    if (key === "chart") charts.push(notBlank(key, value));
    else if (key === "ask" && question === undefined) question = notBlank(key, value);
    else if (!isNumberKey(key)) throw invalid(key === "ask" ? `"ask" is given twice.` : `"${key}" is not a key.`);
    else if (numbers.has(key)) throw invalid(`"${key}" is given twice.`);
    else numbers.set(key, wholeNumber(key, value));
  }
  const count = (key: NumberKey, fallback: number): number => numbers.get(key) ?? fallback;
  return {
    tokens: count("tokens", 5),
    interval: count("interval", 10),
    size: count("size", 0),
    tools: count("tools", 0),
    steps: count("steps", 0),
    charts,
    end: ending(question, numbers.get("fail"), numbers.get("hang") === 1),
  };
}

function pairs(text: string): [key: string, value: string][] {
  const found: [string, string][] = [];
  for (const word of text.split(/\s+/)) {
    const [, key, value] = /^([A-Za-z_]+)=(.*)$/.exec(word) ?? [];
    const before = found.at(-1);
    if (key !== undefined && value !== undefined) found.push([key, value]);
    else if (word !== "" && before !== undefined && isTextKey(before[0])) before[1] += ` ${word}`;
  }
  return found;
}

function ending(question: string | undefined, fail: number | undefined, hang: boolean): Ending {
  const endings: Ending[] = [];
  if (question !== undefined) endings.push({ kind: "ask", question });
  if (fail !== undefined) endings.push({ kind: "fail", after: fail });
  if (hang) endings.push({ kind: "hang" });
  if (endings.length > 1) throw invalid("A run can end in one way only: give one of ask, fail and hang.");
  return endings[0] ?? { kind: "finish" };
}

function wholeNumber(key: NumberKey, value: string): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= NUMBERS[key])) throw invalid(`"${key}=${value}": give a whole number from 0 to ${NUMBERS[key]}.`);
  return number;
}

function notBlank(key: string, value: string): string {
  if (value === "") throw invalid(`"${key}=" needs a text.`);
  return value;
}

function isNumberKey(key: string): key is NumberKey {
  return Object.hasOwn(NUMBERS, key);
}

function isTextKey(key: string): boolean {
  return TEXTS.some((known) => known === key);
}

function invalid(what: string): ThroughlineError {
  const keys = [...Object.keys(NUMBERS), ...TEXTS].toSorted().join(", ");
  return new ThroughlineError("invalid_input", `${what} The scripted agent knows: ${keys}.`);
}
