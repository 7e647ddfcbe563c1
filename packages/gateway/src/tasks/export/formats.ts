import type { Task } from "@throughline/protocol";
import { csv } from "./csv.ts";
import { jsonArray } from "./json.ts";
import { markdown } from "./markdown.ts";
import { taskLines } from "./ndjson.ts";

/** How tasks are written into a file, piece by piece. */
interface FileFormat {
  readonly mediaType: string;
  readonly extension: string;
  all(tasks: AsyncIterable<Task>): AsyncIterable<string>;
  one(task: Task): AsyncIterable<string>;
}

export const FORMATS = {
  json: {
    mediaType: "application/json",
    extension: "json",
    all: jsonArray,
    one: async function* (task) {
      yield `${JSON.stringify(task, null, 2)}\n`;
    },
  },
  csv: { mediaType: "text/csv; charset=utf-8", extension: "csv", all: csv, one: (task) => csv(only(task)) },
  markdown: {
    mediaType: "text/markdown; charset=utf-8",
    extension: "md",
    all: markdown,
    one: (task) => markdown(only(task)),
  },
  ndjson: {
    mediaType: "application/x-ndjson",
    extension: "ndjson",
    all: taskLines,
    one: (task) => taskLines(only(task)),
  },
} as const satisfies Record<string, FileFormat>;

export type Format = keyof typeof FORMATS;

async function* only(task: Task): AsyncGenerator<Task> {
  yield task;
}
