import type { Task } from "@throughline/protocol";
import type { Brief } from "./request.ts";

/** What the assistant says to the person, in Markdown. */

export const QUESTION = "What should be built, and which parts must it have?";

export const NOTHING_TO_PLAN =
  "I need to know what to plan. Tell me what should be built and name its parts, for example: " +
  "*Build a shop with login, search and checkout.*";

export function planNote(brief: Brief, count: number): string {
  const subject = brief.goal === "" ? "this" : `**${brief.goal}**`;
  const how =
    brief.parts.length > 0
      ? `${count === 1 ? "one story" : `${count} stories`}, one for each part you named`
      : `${count} stories, from the smallest useful version on, since you named no parts`;
  return `I plan ${subject} as ${how}.\n\n`;
}

export function storyNote(task: Task, position: number): string {
  const checks = task.checklist.map(({ text }) => `   - [ ] ${text}`).join("\n");
  return `${position}. **${task.title}** (${task.priority ?? "P2"})\n   ${task.description}\n${checks}\n\n`;
}

export function nextStep(tasks: readonly Task[]): string {
  const [first] = [...tasks].sort((a, b) => rank(a).localeCompare(rank(b)));
  return first === undefined
    ? ""
    : `They are stored as tasks. I would begin with **${first.title}**; run it and the task worker takes it up.`;
}

function rank({ priority }: Task): string {
  return priority ?? "P9";
}
