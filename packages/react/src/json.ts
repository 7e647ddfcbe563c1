/** What the JSON says; text that is none, as JSON still being written, stays text. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
