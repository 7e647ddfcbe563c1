import type { AskedQuestion, Progress } from "./update.ts";

/** A frame of any protocol, as it was parsed. */
export type Frame = Readonly<Record<string, unknown>>;

/** Hand-thin reading of what a server sent: what is missing or of another kind reads as blank. */

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function object(value: unknown): Frame {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Frame) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function texts(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === "string");
}

export function progress(current: unknown, total: unknown, message: unknown): Progress {
  return { current: count(current), total: count(total), message: textOrNull(message) };
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** The questions of a `question` frame: one in the frame itself, several in `questions`. */
export function questions(frame: Frame): readonly AskedQuestion[] {
  const all = Array.isArray(frame["questions"]) ? frame["questions"].map(object) : [frame];
  return all.map((each) => ({
    questionId: text(each["question_id"]),
    question: text(each["question"]),
    options: texts(each["options"]),
  }));
}
