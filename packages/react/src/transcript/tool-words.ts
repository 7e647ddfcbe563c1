import { parsedJson } from "../json.ts";

export type ToolStatus = "calling" | "running" | "completed" | "failed" | "unfinished";

/** What stands in the place of a result that is not there. */
export const NO_RESULT: Readonly<Record<ToolStatus, string>> = {
  calling: "The call is still being written.",
  running: "Waiting for the result.",
  completed: "Empty.",
  failed: "It failed without saying why.",
  unfinished: "The run ended before the result came.",
};

/**
 * `{"symbol":"BTC"}` → `symbol: BTC`: arguments in a line, enough to tell calls apart.
 *
 * @param args JSON text as far as it has come, or what it said
 */
export function argsPreview(args: unknown): string {
  const known = typeof args === "string" ? parsedJson(args) : args;
  if (typeof known !== "object" || known === null) return inLine(known);
  return Object.entries(known)
    .map(([key, value]) => `${key}: ${inLine(value)}`)
    .join("  ");
}

/**
 * Arguments or a result, laid out to be read.
 *
 * @param value JSON text as far as it has come, or what it said
 */
export function payloadText(value: unknown): string {
  if (value == null) return "";
  const known = typeof value === "string" ? parsedJson(value) : value;
  return typeof known === "string" ? known : JSON.stringify(known, null, 2);
}

function inLine(value: unknown): string {
  if (value == null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
