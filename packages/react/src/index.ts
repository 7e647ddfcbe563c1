export { Announcer } from "./components/announcer.tsx";
export { useStickToEnd } from "./components/use-stick-to-end.ts";
export { type AgentTag, agentTag, hueOf } from "./transcript/agent-tag.ts";
export { outcomeOf, type StepOutcome } from "./transcript/step-outcome.ts";
export { DEFAULT_QUESTION, type Entry, type Part, type Tool, transcript } from "./transcript/transcript.ts";
