import type { ThreadView } from "./view.ts";

/** The view of a thread nothing has happened in. */
export function emptyView(threadId: string): ThreadView {
  return {
    threadId,
    lastSeq: 0,
    status: "idle",
    messages: [],
    state: {},
    runs: [],
    withdrawnRuns: [],
    toolCalls: [],
    subagents: [],
    steps: [],
    progress: null,
    confidence: null,
    chart: [],
    chartCommandsSent: 0,
    charts: [],
    artifacts: [],
    tasks: {},
    pendingInterrupts: [],
    answeredInterrupts: [],
    open: [],
  };
}
