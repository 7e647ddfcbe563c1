import { expressionIn } from "./tools/expression.ts";

/** One thing a person wants done, as far as the words alone say it. */
export type Part =
  | { readonly kind: "calculate"; readonly expression: string; readonly words: string }
  | { readonly kind: "fetch"; readonly url: string }
  | { readonly kind: "market"; readonly words: string; readonly compare: boolean }
  | { readonly kind: "task"; readonly title: string; readonly about?: About }
  | { readonly kind: "unclear"; readonly words: string };

/** What a task without words of its own is about. */
export type About = "better" | "worse" | "previous";

/** Longer requests are read this far, so that reading one takes no time to speak of. */
const MOST_CHARACTERS = 2_000;
/** More would be a programme and no request. */
const MOST_PARTS = 10;

const TASK =
  "(?:make|create|add|open|write|file|store)\\s+(?:me\\s+|us\\s+)?(?:an?\\s+|another\\s+|one\\s+)?(?:new\\s+)?(?:task|to-?do|ticket|story)\\b";
const FETCH = "(?:fetch|get|download|read|open|load)\\s+https?://";
const SUM = "(?:calculate|compute|evaluate|work out|how much is|what['’]?s|what is)\\b";
const MARKET =
  "(?:compare|rank|contrast|analy[sz]e|summari[sz]e|describe|show|load|look at|statistics|stats|which|how)\\b";
const OPENING = `(?:${[TASK, FETCH, SUM, MARKET].join("|")})`;
const POLITENESS =
  /^(?:(?:hi|hello|hey|good (?:morning|day|evening)|thanks|thank you|ok|okay|please|can you|could you|would you|i want you to|i would like you to|then|and|also)(?:[\s,.!]+|$))+/i;

/**
 * Parts are told apart by the ends of sentences, and by joining words where what follows begins like a
 * part: "AAPL and MSFT" is one.
 */
const JOINT = new RegExp(
  `\\s*[;\\n]\\s*|[?!] |(?<!\\bvs)\\. (?=[A-Z])|(?:,? (?:and then|and|then|also|plus) |[.,] ?)(?:please )?(?=${OPENING})`,
  "i",
);

const COMPARISON = /\b(?:compare|contrast|rank|versus|vs|against|better|best|worse|worst)\b/i;
const TASK_PART = new RegExp(`^${TASK}\\s*(?:(?:for|to|about|on|called|named|that says|saying)\\b|:)?\\s*(.*)$`, "is");
const FETCH_PART = new RegExp(`^${FETCH}`, "i");
const SUM_PART = new RegExp(`^${SUM}\\s*(.*)$`, "is");
const MARKET_PART = new RegExp(`^${MARKET}`, "i");

/** Reads a request. The same words always give the same parts. */
export function readRequest(text: string): Part[] {
  const plain = text
    .slice(0, MOST_CHARACTERS)
    .replace(/[^\S\n]+/g, " ")
    .trim();
  return plain
    .split(JOINT)
    .map((words) => words.trim().replace(POLITENESS, ""))
    .filter((words) => /[\p{L}\p{N}]/u.test(words))
    .slice(0, MOST_PARTS)
    .map(readPart);
}

/** Whether the person wants the plan there is taken up again. */
export function isAgain(text: string): boolean {
  return /^\W*(?:please\s+)?(?:go on|continue|retry|try again|once more|resume)\b/i.test(text);
}

function readPart(words: string): Part {
  const title = TASK_PART.exec(words)?.[1];
  if (title !== undefined) return taskPart(title);
  if (FETCH_PART.test(words)) return { kind: "fetch", url: urlIn(words) };
  const asked = withoutEnd(SUM_PART.exec(words)?.[1] ?? words);
  const expression = expressionIn(asked);
  if (expression !== undefined) return { kind: "calculate", expression, words: asked };
  const compare = COMPARISON.test(words);
  if (compare || MARKET_PART.test(words) || SUM_PART.test(words)) return { kind: "market", words, compare };
  // A symbol by itself says enough; any other words do not.
  return /^\$?[A-Z][A-Z0-9.-]{0,14}$/.test(words) ? { kind: "market", words, compare } : { kind: "unclear", words };
}

function taskPart(words: string): Part {
  const title = withoutEnd(words).replace(/^["“'](.*)["”']$/, "$1");
  const about = aboutOf(title);
  return about === undefined ? { kind: "task", title } : { kind: "task", title, about };
}

function aboutOf(title: string): About | undefined {
  if (/^(?:the )?(?:better|best|stronger|winning|winner)\b/i.test(title)) return "better";
  if (/^(?:the )?(?:worse|worst|weaker|losing|loser)\b/i.test(title)) return "worse";
  return /^(?:it|that|this|the (?:result|answer|outcome))$/i.test(title) ? "previous" : undefined;
}

function urlIn(words: string): string {
  const url = /https?:\/\/\S+/i.exec(words)?.[0] ?? "";
  return url.replace(/[.,;!?)"'”]+$/, "");
}

function withoutEnd(words: string): string {
  return words.trim().replace(/[\s.?!=]+$/, "");
}
