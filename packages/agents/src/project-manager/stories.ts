import type { TaskPriority } from "@throughline/protocol";
import type { Brief } from "./request.ts";

/** A piece of work that somebody can take up and finish. */
export interface Story {
  readonly title: string;
  readonly description: string;
  readonly priority: TaskPriority;
  /** What has to be true in the end. */
  readonly checklist: readonly string[];
  readonly tags: readonly string[];
}

/** A kind of work: how it is recognised, and what its checklist must not forget. */
interface Kind {
  readonly tag: string;
  readonly words: RegExp;
  readonly checks: readonly string[];
  readonly priority?: TaskPriority;
}

const KINDS: readonly Kind[] = [
  {
    tag: "access",
    words: /\b(?:log[- ]?in|sign[- ]?(?:in|up)|auth\w*|account|password|permission|role)s?\b/i,
    checks: ["A wrong password and a locked account are refused plainly", "Sessions expire and can be ended"],
    priority: "P0",
  },
  {
    tag: "payment",
    words: /\b(?:pay\w*|checkout|invoice|billing|order|subscription|price)s?\b/i,
    checks: ["A repeated submit charges once", "A failed payment tells what to do next"],
    priority: "P0",
  },
  {
    tag: "security",
    words: /\b(?:secur\w*|encrypt\w*|privacy|gdpr|audit)\b/i,
    checks: ["Threats are written down with what answers each", "Secrets stay out of code and logs"],
    priority: "P0",
  },
  {
    tag: "data",
    words: /\b(?:data\w*|import|export|report|csv|storage|backup|migrat\w*|analytic\w*|history)s?\b/i,
    checks: ["Bad input is refused with its reason", "What is stored can be brought back from a backup"],
  },
  {
    tag: "integration",
    words: /\b(?:api|integrat\w*|webhook|sync\w*|connect\w*|third[- ]party|email|sms|notif\w*)s?\b/i,
    checks: ["The other side being slow or down is handled", "Calls are tried again without doing things twice"],
  },
  {
    tag: "search",
    words: /\b(?:search|filter|sort|find|browse|catalog\w*)\b/i,
    checks: ["An empty result tells what to try", "A thousand entries answer within 200 ms"],
  },
  {
    tag: "interface",
    words: /\b(?:page|screen|form|dashboard|ui|design|mobile|view|button|chart|editor|gallery|calendar|profile)s?\b/i,
    checks: ["It can be used by keyboard and on a phone", "Loading, empty and failed states are drawn"],
  },
  {
    tag: "quality",
    words: /\b(?:test|fast\w*|speed|perform\w*|slow|scal\w*|bug|crash|fix|monitor\w*)s?\b/i,
    checks: ["The figure to reach is agreed and measured before and after"],
  },
  {
    tag: "documentation",
    words: /\b(?:doc\w*|guide|manual|help|onboarding|training|tutorial)s?\b/i,
    checks: ["Somebody new follows it without asking"],
    priority: "P3",
  },
];

const LATER = /\b(?:later|optional\w*|nice[- ]to[- ]have|maybe|eventually|some day|could)\b/i;
const URGENT = /\b(?:urgent\w*|critical\w*|asap|immediately|blocker|must)\b/i;
const EXPLICIT = /\bP([0-3])\b/;

/** The stories that a brief comes to: one for each of its parts, or three slices of the whole. */
export function storiesOf(brief: Brief): Story[] {
  return brief.parts.length > 0
    ? brief.parts.map((part, index) => storyOf(part, index, brief.goal))
    : slicesOf(brief.goal);
}

function storyOf(part: string, index: number, goal: string): Story {
  const kinds = KINDS.filter(({ words }) => words.test(part));
  const name = withoutMarks(part);
  return {
    title: capital(shortened(name, 80)),
    description:
      goal === "" || goal.toLowerCase() === name.toLowerCase()
        ? `Deliver ${lower(name)} so that people can use it.`
        : `As part of ${lower(goal)}: deliver ${lower(name)} so that people can use it.`,
    priority: priorityOf(part, kinds, index),
    checklist: [
      `What "${shortened(lower(name), 60)}" must do is agreed with whoever asked`,
      ...kinds.flatMap(({ checks }) => checks).slice(0, 4),
      "Tests cover the usual way and the first thing that can go wrong",
      "It has been shown and accepted",
    ],
    tags: kinds.map(({ tag }) => tag),
  };
}

/** Where no parts were named: first the smallest useful thing, then what makes it last. */
function slicesOf(goal: string): Story[] {
  const name = withoutMarks(goal);
  const slices = [
    { title: `Smallest useful ${name}`, says: "what one person needs on one day, end to end", priority: "P0" },
    { title: `Make ${name} hold`, says: "mistakes, missing input and a second try answered well", priority: "P1" },
    {
      title: `Release ${name} and learn`,
      says: "out to first people, with a figure that tells whether it helps",
      priority: "P2",
    },
  ] as const;
  return slices.map(({ title, says, priority }, index) => {
    const story = storyOf(name, index, "");
    return { ...story, title: capital(shortened(title, 80)), description: `${capital(name)}: ${says}.`, priority };
  });
}

/** What the words say, else what the kind of work says, else by its place: what was named first matters most. */
function priorityOf(part: string, kinds: readonly Kind[], index: number): TaskPriority {
  const explicit = EXPLICIT.exec(part)?.[1];
  if (explicit !== undefined) return `P${explicit}` as TaskPriority;
  if (URGENT.test(part)) return "P0";
  if (LATER.test(part)) return "P3";
  return kinds.find(({ priority }) => priority !== undefined)?.priority ?? (index < 2 ? "P1" : "P2");
}

/** Without the words that only rank it. */
function withoutMarks(part: string): string {
  const name = part
    .replace(/\s*[([]?\b(?:P[0-3]|nice[- ]to[- ]have|optional|urgent|asap|later)\b[)\]]?[:,]?\s*/gi, " ")
    .trim();
  return name === "" ? part : name;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** For use within a sentence; what looks like a name or an abbreviation keeps its capital. */
function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
