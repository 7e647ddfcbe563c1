import type { Task } from "@throughline/protocol";

/** One JSON array, written task by task. */
export async function* jsonArray(tasks: AsyncIterable<Task>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const task of tasks) {
    yield before + JSON.stringify(task);
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
