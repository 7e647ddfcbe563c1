import { hueOf } from "../transcript/agent-tag.ts";

/** The theme's colours as the canvas takes them. */
export interface Palette {
  readonly surface: string;
  readonly hairline: string;
  readonly ink: string;
  readonly quiet: string;
  readonly signal: string;
  readonly amber: string;
  readonly red: string;
  readonly green: string;
  readonly violet: string;
  /** By hue, 0 to 7. */
  readonly agents: readonly string[];
}

const TOKENS = ["surface", "hairline", "ink", "quiet", "signal", "amber", "red", "green", "violet"] as const;

/**
 * Reads the tokens as they stand at an element. The chart library parses only the older notations, so
 * each OKLCH colour is painted on one pixel and read back.
 *
 * @param at where the colours are asked for; themes may differ within one page
 * @param prefix of the custom properties' names
 */
export function readPalette(at: HTMLElement, prefix = "--tl-"): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  at.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(${prefix}${name})`;
    return toRgb(getComputedStyle(probe).color);
  };
  const tokens = Object.fromEntries(TOKENS.map((name) => [name, read(name)])) as Record<
    (typeof TOKENS)[number],
    string
  >;
  const agents = Array.from({ length: 8 }, (_, hue) => {
    probe.dataset["hue"] = String(hue);
    return read("agent");
  });
  probe.remove();
  return { ...tokens, agents };
}

/** The colour of what an agent drew. */
export function agentColor(palette: Palette, agent: string | null): string {
  return agent === null ? palette.quiet : (palette.agents[hueOf(agent)] ?? palette.quiet);
}

/** `rgb(r, g, b)` with an opacity. */
export function fade(color: string, opacity: number): string {
  return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}

function toRgb(color: string): string {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (context === null) return color;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
