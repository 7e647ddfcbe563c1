import type { Task } from "@throughline/protocol";

type Checklist = Task["checklist"];

/** Before anything is done one can be half sure. */
const LEAST = 0.5;
const MOST = 0.95;
/** An item that leaves open what is meant costs this much, done or not. */
const DOUBT = 0.1;
const DOUBTFUL = /\?|\b(?:maybe|tbd|unclear|somehow|etc|probably)\b/i;

/** How sure the worker is of the whole, 0 to 1: more with each item done, less for each that is unclear. */
export function confidenceIn(checklist: Checklist): number {
  const done = checklist.filter((item) => item.done).length / checklist.length;
  const doubts = checklist.filter(({ text }) => DOUBTFUL.test(text)).length;
  const confidence = LEAST + (MOST - LEAST) * done - DOUBT * doubts;
  return Math.max(0.05, Math.round(confidence * 100) / 100);
}

/** For a task that came without a checklist. */
export function usualChecklist({ title }: Pick<Task, "title">): Checklist {
  return [`Make clear what "${title.slice(0, 200)}" asks for`, "Do it", "Check the result"].map((text) => ({
    text,
    done: false,
  }));
}

export function itemNote(text: string, done: number, total: number): string {
  return `Done: ${text} (${done} of ${total}).\n`;
}

export function summary({ title, checklist }: Pick<Task, "title" | "checklist">): string {
  const count = checklist.length === 1 ? "its one item is" : `all ${checklist.length} items are`;
  return `"${title}" is finished: ${count} done.`;
}
