import type { ToolExecution } from "./update.ts";

/** Beyond this many the oldest call is forgotten. */
const MOST = 500;

/** The list with the call in it: the same call told again keeps its place and what it does not say anew. */
export function mergedTool(tools: readonly ToolExecution[], next: ToolExecution): readonly ToolExecution[] {
  const { id, tool, status, agent } = next;
  const index = tools.findIndex((each) => each.id === id);
  const before = tools[index];
  const merged = {
    id,
    tool: tool === "" ? (before?.tool ?? "") : tool,
    status,
    agent: agent ?? before?.agent ?? null,
    ...pick(before, next, "args"),
    ...pick(before, next, "result"),
  };
  return before === undefined ? [...tools, merged].slice(-MOST) : tools.with(index, merged);
}

function pick(
  before: ToolExecution | undefined,
  next: ToolExecution,
  key: "args" | "result",
): { readonly args?: unknown; readonly result?: unknown } {
  const value = next[key] ?? before?.[key];
  return value === undefined ? {} : { [key]: value };
}
