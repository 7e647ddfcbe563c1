import { type Agent, ThroughlineError } from "@throughline/protocol";

/**
 * The agents to serve: those named, in their order, or all.
 * @throws ThroughlineError `invalid_setting` for a name that no agent has
 */
export function chooseAgents(all: readonly Agent[], names: readonly string[] | undefined): readonly Agent[] {
  if (names === undefined) return all;
  return [...new Set(names)].map((name) => {
    const agent = all.find((candidate) => candidate.name === name);
    if (agent !== undefined) return agent;
    const known = all.map((candidate) => candidate.name).join(", ");
    throw new ThroughlineError("invalid_setting", `THROUGHLINE_AGENTS names "${name}"; there are ${known}.`);
  });
}
