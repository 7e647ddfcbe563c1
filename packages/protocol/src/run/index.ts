export type { Assembly } from "./chunks.ts";
export { recoverGrammar, RunGrammar, type RunIds } from "./grammar.ts";
export { idsOf } from "./ids.ts";
export { EventNormaliser, type Normalised } from "./normalise.ts";
export type { Ending } from "./open-items.ts";
export { PauseGate } from "./pause-gate.ts";
export type { Problem } from "./problem.ts";
