export { EventNormaliser, type Normalised } from "./normalise.ts";
export { recoverGrammar, RunGrammar, type RunIds } from "./grammar.ts";
export type { Ending } from "./open-items.ts";
export type { Problem } from "./problem.ts";
