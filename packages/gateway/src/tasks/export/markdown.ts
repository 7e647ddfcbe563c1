import type { Task } from "@throughline/protocol";

/** A section a task. */
export async function* markdown(tasks: AsyncIterable<Task>): AsyncGenerator<string> {
  yield "# Tasks\n";
  for await (const task of tasks) yield section(task);
}

function section(task: Task): string {
  const parts = [`\n## ${line(task.title)}\n\n`, ...facts(task).map(([name, value]) => `- **${name}:** ${value}\n`)];
  if (task.description !== "") parts.push(`\n${task.description.trim()}\n`);
  if (task.checklist.length > 0) parts.push("\n");
  for (const { text, done } of task.checklist) parts.push(`- [${done ? "x" : " "}] ${line(text)}\n`);
  return parts.join("");
}

function facts(task: Task): [name: string, value: string][] {
  const result = task.result ?? null;
  const all: [string, string | null][] = [
    ["Id", `\`${task.id}\``],
    ["Status", task.status],
    ["Priority", task.priority],
    ["Agent", task.agent === null ? null : line(task.agent)],
    ["Tags", task.tags.length === 0 ? null : task.tags.map(line).join(", ")],
    ["Progress", percent(task.progress)],
    ["Confidence", percent(task.confidence)],
    ["Result", result === null ? null : line(typeof result === "string" ? result : JSON.stringify(result))],
    ["Created", task.created_at],
    ["Updated", task.updated_at],
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function percent(share: number | null): string | null {
  return share === null ? null : `${Math.round(share * 100)} %`;
}

/** Text on one line that says itself and nothing to a Markdown reader. */
function line(text: string): string {
  return text
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replaceAll(/[\\`*_{}[\]<>#|!~]/gu, String.raw`\$&`);
}
