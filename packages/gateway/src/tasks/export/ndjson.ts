import type { Task, ThreadEvent } from "@throughline/protocol";

/** A task a line. */
export async function* taskLines(tasks: AsyncIterable<Task>): AsyncGenerator<string> {
  for await (const task of tasks) yield `${JSON.stringify(task)}\n`;
}

/** A task's whole history: an event a line, with its place. */
export async function* historyLines(events: AsyncIterable<ThreadEvent>): AsyncGenerator<string> {
  for await (const { seq, event } of events) yield `${JSON.stringify({ seq, event })}\n`;
}
