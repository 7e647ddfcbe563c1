/** A named agent as it is shown everywhere: its emoji, its name, its hue. */
export interface AgentTag {
  readonly name: string;
  readonly emoji: string | null;
  /** 0 to 7: which of the eight hues (styles/tokens.css). */
  readonly hue: number;
}

const HUES = 8;

export function agentTag(name: string, emoji: string | null): AgentTag {
  return { name, emoji, hue: hueOf(name) };
}

/** The same name has the same hue on every page and every machine (FNV-1a, three of its bits). */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return (hash >>> 11) % HUES;
}
