/**
 * One log line for people at a terminal. What came from outside stands in it with its control
 * characters escaped, so that nobody's message can forge a line or move the cursor.
 */
export function readableLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const when = new Date(Number(time)).toISOString().slice(11, 23);
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${escapeControls(show(value))}`);
  return `${when} ${String(level).padEnd(5)} ${escapeControls(show(msg))}${rest.join("")}\n`;
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** A log line for programs: JSON escapes the C0 controls by itself, and the others are escaped here. */
export function jsonLine(json: string): string {
  return `${escapeControls(json.trimEnd())}\n`;
}

/** Replaces C0 and C1 controls, DEL and the Unicode line separators by their `\u` escapes. */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
