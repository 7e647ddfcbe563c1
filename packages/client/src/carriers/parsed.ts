/** A frame's object; undefined where the text is none, such as a page that a proxy put in. */
export function parsed<Frame extends object>(text: string): Frame | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Frame) : undefined;
  } catch {
    return undefined;
  }
}
