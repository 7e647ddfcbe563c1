import { printCursor } from "@throughline/protocol";
import type { AguiEvent, Cursor } from "@throughline/protocol";
import { answered, BASE, createHttp } from "../server/http.ts";
import type { System } from "./seams.ts";

export interface AgentInfo {
  readonly name: string;
  readonly description: string | null;
}

export interface ThreadSummary {
  readonly id: string;
  readonly status: string;
  /** What was first asked; empty when nothing was. */
  readonly title: string;
  readonly last_seq: number;
  /** Ms since the Unix epoch. */
  readonly updated_at: number;
}

export interface EventPage {
  readonly events: readonly { readonly seq: number; readonly event: AguiEvent }[];
  readonly last_seq: number;
}

export interface StartRequest {
  /** Minted here, so that a repeated request attaches instead of running twice. */
  readonly runId: string;
  readonly agent: string;
  readonly text: string;
}

/** The server's HTTP API, as far as this page needs it. Every method rejects with a RequestError. */
export interface Api {
  agents(): Promise<readonly AgentInfo[]>;
  threads(limit: number): Promise<readonly ThreadSummary[]>;
  /** The view as the server writes it; `decodeView` reads it. */
  view(threadId: string, signal?: AbortSignal): Promise<unknown>;
  /** Resolves once the stream has answered; its body is `text/event-stream`. */
  follow(threadId: string, after: Cursor, signal: AbortSignal): Promise<Response>;
  /** A page of stored events. */
  events(threadId: string, after: Cursor, options?: { limit?: number; signal?: AbortSignal }): Promise<EventPage>;
  start(threadId: string, request: StartRequest): Promise<void>;
  steer(runId: string, action: "cancel" | "pause" | "resume"): Promise<void>;
  answer(threadId: string, runId: string, interruptId: string, answer: unknown): Promise<void>;
  series(symbol: string, timeframe: string | null, signal?: AbortSignal): Promise<unknown>;
  /** Resolves when the server has answered, whatever it says about its health. */
  ping(signal: AbortSignal): Promise<void>;
}

export function createApi(system: Pick<System, "fetch">): Api {
  const { request, get, send } = createHttp(system.fetch);
  const post = (path: string, body: unknown = {}): Promise<void> => send("POST", path, body);
  return {
    agents: async () => (await get<{ agents: AgentInfo[] }>("/agents")).agents,
    threads: async (limit) => (await get<{ items: ThreadSummary[] }>(`/threads?limit=${limit}`)).items,
    view: (threadId, signal) => get(`/threads/${encodeURIComponent(threadId)}`, signal),
    follow: (threadId, after, signal) =>
      request(BASE + eventsPath(threadId, after), {
        headers: { accept: "text/event-stream" },
        cache: "no-store",
        signal,
      }),
    events: (threadId, after, { limit, signal } = {}) =>
      get(eventsPath(threadId, after) + (limit === undefined ? "" : `&limit=${limit}`), signal),
    start: (threadId, { runId, agent, text }) =>
      post(`/threads/${encodeURIComponent(threadId)}/runs`, { run_id: runId, agent, input: text }),
    steer: (runId, action) => post(`/runs/${encodeURIComponent(runId)}/${action}`),
    // A fork has its source's run ids, so the thread is named, too.
    answer: (threadId, runId, interruptId, answer) =>
      post(`/runs/${encodeURIComponent(runId)}/answers`, { interrupt_id: interruptId, answer, thread_id: threadId }),
    series: (symbol, timeframe, signal) => get(seriesPath(symbol, timeframe), signal),
    ping: async (signal) => {
      await answered(system.fetch("/health", { cache: "no-store", signal }));
    },
  };
}

function eventsPath(threadId: string, after: Cursor): string {
  return `/threads/${encodeURIComponent(threadId)}/events?after=${printCursor(after)}`;
}

function seriesPath(symbol: string, timeframe: string | null): string {
  const query = new URLSearchParams({ symbol, ...(timeframe !== null && { timeframe }) });
  return `/market/series?${query.toString()}`;
}
