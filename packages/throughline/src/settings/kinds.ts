import { isBrokerUrl } from "@throughline/rabbitmq";

/**
 * The kinds of value a setting can have. A value arrives as text from a variable or a flag, or as
 * anything at all from a config file, so each kind reads `unknown`.
 */
export interface Kind<T> {
  /** What is acceptable, to follow "expected". */
  readonly expected: string;
  /** The value, or undefined when the raw one is not acceptable. */
  read(raw: unknown): T | undefined;
  /** Whether a value may hold a secret, and is not to be shown. */
  readonly secret?: true;
}

/** Text with something in it. */
export const text: Kind<string> = {
  expected: "some text",
  read: (raw) => (typeof raw === "string" && raw.trim() !== "" ? raw.trim() : undefined),
};

/** A whole number between `least` and `most`, both included. */
export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    read(raw) {
      const value = typeof raw === "string" && /^\d+$/.test(raw.trim()) ? Number(raw) : raw;
      if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

const YES: ReadonlySet<unknown> = new Set([true, "true", "1", "yes", "on"]);
const NO: ReadonlySet<unknown> = new Set([false, "false", "0", "no", "off"]);

/** Yes or no. */
export const yesOrNo: Kind<boolean> = {
  expected: "true or false",
  read(raw) {
    const word = typeof raw === "string" ? raw.trim().toLowerCase() : raw;
    return YES.has(word) ? true : NO.has(word) ? false : undefined;
  },
};

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    expected: `one of ${words.join(", ")}`,
    read: (raw) => words.find((word) => word === raw),
  };
}

/** Words separated by commas, or a list of them. */
export const words: Kind<readonly string[]> = {
  expected: "names separated by commas",
  read: (raw) => readList(raw, (word) => word),
};

/** A broker's URL, which may hold a password. */
export const broker: Kind<string> = {
  expected: "an address such as amqp://user:password@host:5672",
  read: (raw) => (typeof raw === "string" && isBrokerUrl(raw.trim()) ? raw.trim() : undefined),
  secret: true,
};

/** Web origins separated by commas, or a list of them. */
export const origins: Kind<readonly string[]> = {
  expected: "origins such as https://app.example.com, separated by commas",
  read: (raw) => readList(raw, readOrigin),
};

function readList(raw: unknown, read: (word: string) => string | undefined): readonly string[] | undefined {
  const list: unknown = typeof raw === "string" ? raw.split(",") : raw;
  if (!Array.isArray(list)) return undefined;
  const result: string[] = [];
  for (const item of list) {
    if (typeof item !== "string") return undefined;
    if (item.trim() === "") continue;
    const value = read(item.trim());
    if (value === undefined) return undefined;
    result.push(value);
  }
  return result;
}

function readOrigin(word: string): string | undefined {
  if (!URL.canParse(word)) return undefined;
  const { origin, protocol } = new URL(word);
  // A path would never match: browsers send the bare origin.
  return (protocol === "http:" || protocol === "https:") && origin === word.replace(/\/$/, "") ? origin : undefined;
}
