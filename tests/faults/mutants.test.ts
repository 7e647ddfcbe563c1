import { describe, expect, test } from "vitest";
import { type Mutant, MUTANTS } from "./mutants.ts";
import { runTrial } from "./trial.ts";

/** As many as the checker runs. */
const SEEDS = 300;
const TIMEOUT_MS = 180_000;

/** What gave the mutant away, and to which seed first. */
async function caught(mutant: Mutant): Promise<{ seed: number; problems: readonly string[] } | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { problems } = await runTrial(seed, mutant);
    if (problems.length > 0) return { seed, problems };
  }
  return undefined;
}

/** Which rule each mistake breaks: it must be found out for what it is. */
const BREAKS: Readonly<Record<string, RegExp>> = {
  "a server that resumes one event too late": /^D1/,
  "a server that resumes one event too early": /^D1/,
  "a server that acknowledges before the write": /^(L1|R1|R4|R5)/,
  "a server that writes the terminal event twice": /^R1: .* second terminal/,
  "a server that drops frames of a slow client": /^D1: (missed|was never given)/,
  "a client that resumes one event too late": /^D1: was told/,
  "a client that resumes one event too early": /^D1: was told/,
  "a client that does not tell of resets": /^L2: its view was replaced/,
  "a client that takes what was sent for acknowledged": /^(L1|R5)/,
};

describe("the checker finds", () => {
  test.each(Object.entries(MUTANTS))(
    "%s",
    async (name, mutant) => {
      const { problems = [] } = (await caught(mutant)) ?? {};
      expect(problems).toContainEqual(expect.stringMatching(BREAKS[name] ?? /^never$/));
    },
    TIMEOUT_MS,
  );
});
