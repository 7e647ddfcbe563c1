import type { AgentInfo } from "../server/pages.ts";
import type { Option } from "../ui/select.tsx";

export const DEFAULT_AGENT = "market-analyst";

/** Questions to try, by agent. An agent without any is offered none. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "market-analyst": ["Analyze Bitcoin", "Analyze the S&P 500", "How does AAPL look?", "Compare MSFT and AMZN"],
  scripted: ["tokens=200 interval=20", "tokens=20 tools=3 steps=3", "tokens=10 ask=Continue?", "tokens=50 fail=20"],
};

/** The choice of agents; until the server has told, the default one alone. */
export function agentOptions(agents: readonly AgentInfo[]): readonly Option[] {
  if (agents.length === 0) return [{ value: DEFAULT_AGENT, label: labelOf(DEFAULT_AGENT) }];
  return agents.map(({ name, description }) => ({ value: name, label: labelOf(name), description }));
}

/** `market-analyst` → `Market analyst`. */
export function labelOf(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
