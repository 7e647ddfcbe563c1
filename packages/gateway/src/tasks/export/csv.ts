import type { Task } from "@throughline/protocol";

const COLUMNS = [
  "id",
  "title",
  "description",
  "status",
  "priority",
  "agent",
  "checklist",
  "tags",
  "progress",
  "confidence",
  "result",
  "created_at",
  "updated_at",
  "version",
] as const satisfies readonly (keyof Task)[];

const END = "\r\n";

/**
 * What a spreadsheet takes for a formula, by its first character that shows, or for a cell's end. The wide
 * forms count: some spreadsheets fold them.
 */
const FORMULA = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u;

/** RFC 4180, with a header. Lists and results are JSON in their cell. */
export async function* csv(tasks: AsyncIterable<Task>): AsyncGenerator<string> {
  yield COLUMNS.join(",") + END;
  for await (const task of tasks) yield COLUMNS.map((column) => cell(task[column])).join(",") + END;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // An apostrophe in front makes it text; that is what spreadsheets themselves write.
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
