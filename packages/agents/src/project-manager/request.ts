/** What a person wants built, as far as their words say. */
export interface Brief {
  /** What the whole is about: a phrase, without the verb in front. */
  readonly goal: string;
  /** The parts it is to have, in the order they were named; empty when none were. */
  readonly parts: readonly string[];
}

/** More would be a backlog and no plan. */
const MOST_PARTS = 12;
/** Longer requests are read this far, so that reading one takes no time to speak of. */
const MOST_CHARACTERS = 4_000;

/** Ways to begin a request that say nothing about what is wanted. */
const OPENING =
  /^(?:(?:hi|hello|hey|ok|okay|so|well|please|thanks|thank you|could|can|would|you|we|i|us|me|want|wants|need|needs|like|to|let's|lets|must|should|have|help|with)\b[\s,!.]*)+/i;
const VERB =
  /^(?:build|create|make|develop|design|implement|write|plan|add|prepare|organi[sz]e|set up|start|launch|do|get|fix|improve)\b\s*/i;
const ARTICLE = /^(?:a|an|the|some|our|my|new)\s+/i;
/** Words that name nothing one could build. */
const VAGUE = new Set(
  "it this that thing things something anything stuff project app application better good nice work idea ideas help new more some a an the our my for of and to in on with".split(
    " ",
  ),
);
const BULLET = /^\s*(?:[-*•]|\d{1,2}[.)])\s+(\S.*)$/;
/** What stands between a goal and its parts. */
const PARTS_FOLLOW =
  /\s*(?::|\b(?:with|including|includes|that has|which has|that can|where people can|so that people can)\b)\s*/i;

/** Reads a request. The same words always give the same brief. */
export function readBrief(text: string): Brief {
  const lines = text.slice(0, MOST_CHARACTERS).split("\n");
  const bullets = lines.flatMap((line) => BULLET.exec(line)?.[1] ?? []);
  const prose = lines.filter((line) => !BULLET.test(line)).join(" ");
  const [first = "", ...more] = sentences(prose);
  const [head = "", ...tail] = first.split(PARTS_FOLLOW);
  const goal = phrase(head);
  const named = bullets.length > 0 ? bullets : [...enumerated(tail.join(" ")), ...more];
  return { goal, parts: unique(named.map(phrase).filter((part) => part !== "")).slice(0, MOST_PARTS) };
}

/** Whether the brief names something one can plan. */
export function isClear({ goal, parts }: Brief): boolean {
  return parts.length > 0 || telling(goal) > 0;
}

/** How many words of a phrase say something. */
function telling(phrase: string): number {
  return phrase.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1 && !VAGUE.has(word.toLowerCase())).length;
}

function sentences(prose: string): string[] {
  return prose
    .split(/(?<=[.!?;])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** "login, search and checkout" as its three parts. */
function enumerated(list: string): string[] {
  return list.split(/\s*(?:,|;|\band\b|\bplus\b|&)\s*/i).filter((part) => telling(part) > 0);
}

/** A request's words without politeness, verb, article and full stop: "Please build a shop." as "shop". */
function phrase(text: string): string {
  return text
    .trim()
    .replace(OPENING, "")
    .replace(VERB, "")
    .replace(ARTICLE, "")
    .replace(/[\s.!?;,:]+$/, "");
}

function unique(parts: readonly string[]): string[] {
  const seen = new Map(parts.map((part) => [part.toLowerCase(), part]));
  return [...seen.values()];
}
