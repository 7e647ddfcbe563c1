import type { Run } from "./builder/run.ts";

/** How long the team takes over things, so that people can follow it. */
export interface Pace {
  /** Waits about as long as a thought takes; holds while the run is paused. @param ms at normal pace */
  think(run: Run, ms: number): Promise<void>;
  /** A text word by word, 15 to 40 ms each. */
  typed(run: Run, text: string): AsyncIterable<string>;
}

/** @param factor 1 = as a person would read along, 0 = at once */
export function createPace(factor: number): Pace {
  const think = async (run: Run, ms: number): Promise<void> => {
    await run.checkpoint();
    await run.sleep(ms * factor);
  };
  return {
    think,
    typed: async function* (run, text) {
      for (const word of text.match(/\s*\S+|\s+$/g) ?? []) {
        yield word;
        await think(run, typingTime(word));
      }
    },
  };
}

/** Longer words take longer, as they do. */
function typingTime(word: string): number {
  return Math.min(40, 15 + 2 * word.length);
}
