import { createStore, type StoreApi } from "zustand/vanilla";
import { mergedTool } from "./tools.ts";
import type { AgentStatus, Progress, ToolExecution, Update } from "./update.ts";

export interface Agent {
  readonly name: string;
  readonly emoji: string | null;
  readonly status: AgentStatus;
}

export interface StatusData {
  /** Name of the agent that works; the latest, where several do. */
  readonly activeAgent: string | null;
  /** In the order they came. */
  readonly agents: readonly Agent[];
  readonly toolCalls: readonly ToolExecution[];
  readonly progress: Progress | null;
}

export interface StatusState extends StatusData {
  setAgentStatus(name: string, status: AgentStatus, emoji?: string | null): void;
  setActiveAgent(name: string | null): void;
  addToolCall(call: ToolExecution): void;
  setProgress(progress: Progress | null): void;
  /** Forgets all; a new run begins with nothing. */
  reset(): void;
  /** Folds in what the server told. */
  apply(updates: readonly Update[]): void;
}

export type StatusStore = StoreApi<StatusState>;

const EMPTY: StatusData = { activeAgent: null, agents: [], toolCalls: [], progress: null };

/** Who works, with which tools, and how far they are. */
export function createStatusStore(): StatusStore {
  return createStore<StatusState>()((set, get) => ({
    ...EMPTY,
    setAgentStatus: (name, status, emoji = null) => get().apply([{ kind: "agent", name, emoji, status }]),
    setActiveAgent: (activeAgent) => set({ activeAgent }),
    addToolCall: (call) => get().apply([{ kind: "tool", ...call }]),
    setProgress: (progress) => set({ progress }),
    reset: () => set(EMPTY),
    apply: (updates) => set((state) => updates.reduce<StatusData>(statusAfter, state)),
  }));
}

function statusAfter<State extends StatusData>(state: State, update: Update): State {
  switch (update.kind) {
    case "agent": {
      const agents = withAgent(state.agents, update);
      const working = agents.findLast(({ status }) => status === "working");
      return { ...state, agents, activeAgent: working?.name ?? null };
    }
    case "tool": {
      const { kind: _kind, ...call } = update;
      return { ...state, toolCalls: mergedTool(state.toolCalls, call) };
    }
    case "progress": {
      const { current, total, message } = update;
      return { ...state, progress: { current, total, message } };
    }
    case "ended":
    case "error":
    case "question":
      return { ...state, activeAgent: null };
    case "reset":
      return { ...state, ...EMPTY };
    case "text":
    case "chart":
      return state;
  }
}

function withAgent(agents: readonly Agent[], { name, emoji, status }: Agent): readonly Agent[] {
  const index = agents.findIndex((agent) => agent.name === name);
  const agent = { name, emoji: emoji ?? agents[index]?.emoji ?? null, status };
  return index < 0 ? [...agents, agent] : agents.with(index, agent);
}
