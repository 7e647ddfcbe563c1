import { printCursor } from "@throughline/protocol";
import type { Cursor, Task, TaskPriority, TaskStatus, ThreadEvent } from "@throughline/protocol";
import type { Http } from "./http.ts";

/** What the pages around the runs ask of the server, beside what follows a thread. Fields as on the wire. */

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null when this is the last. */
  readonly next_cursor: string | null;
}

export interface AgentInfo {
  readonly name: string;
  readonly description: string | null;
}

export type ThreadStatus = "idle" | "running" | "paused" | "waiting" | "failed";

export interface ThreadRow {
  readonly id: string;
  readonly status: ThreadStatus;
  /** What was first asked; empty when nothing was. */
  readonly title: string;
  /** Of its newest run; null when it has had none. */
  readonly agent: string | null;
  readonly last_seq: number;
  /** Ms since the Unix epoch. */
  readonly created_at: number;
  /** Ms since the Unix epoch. */
  readonly updated_at: number;
}

/** A thread's status; `unstarted`: at rest as one that is done, but nothing has run in it yet. */
export function threadStatus({ status, agent }: ThreadRow): ThreadStatus | "unstarted" {
  return status === "idle" && agent === null ? "unstarted" : status;
}

export interface ThreadQuery {
  readonly status?: string;
  readonly agent?: string;
  readonly q?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A question nobody has answered yet, wherever it was asked. */
export interface OpenQuestion {
  readonly interrupt_id: string;
  readonly thread_id: string;
  readonly run_id: string;
  readonly agent: string;
  readonly question: string;
  /** What there is to choose from, as the agent gave it. */
  readonly options?: unknown;
  /** Ms since the Unix epoch. */
  readonly asked_at: number;
}

export interface TaskQuery {
  readonly status?: string;
  readonly agent?: string;
  readonly q?: string;
  readonly sort?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface NewTask {
  readonly title: string;
  readonly description?: string;
  readonly priority?: TaskPriority | null;
  readonly agent?: string | null;
  readonly status?: TaskStatus;
}

export interface ClientRow {
  /** A connection that follows several threads stands once for each. */
  readonly connection_id: string;
  readonly client_id: string;
  readonly dialect: string;
  readonly thread_id: string;
  /** ISO-8601. */
  readonly connected_at: string;
  /** ISO-8601. */
  readonly last_seen: string;
  /** Events of its thread that it has not been sent yet. */
  readonly lag: number;
}

export interface ConnectionsStatus {
  readonly connections: {
    readonly total: number;
    readonly by_dialect: Readonly<Record<string, number>>;
    readonly by_task: Readonly<Record<string, number>>;
  };
  readonly clients: readonly ClientRow[];
  /** Open SSE streams of the whole server; they name no client. */
  readonly event_streams: number;
}

export interface AuditRow {
  /** ISO-8601. */
  readonly at: string;
  readonly action: string;
  readonly dialect: string;
  readonly session_id: string | null;
  readonly client_id: string | null;
  readonly subject: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  readonly action?: string;
  readonly session_id?: string;
  readonly client_id?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

/** Every method rejects with a RequestError. */
export interface Pages {
  agents(signal?: AbortSignal): Promise<readonly AgentInfo[]>;
  threads(query: ThreadQuery, signal?: AbortSignal): Promise<Page<ThreadRow>>;
  /** Stored events behind a position, at most `limit`; empty at the end. */
  events(threadId: string, after: Cursor, limit: number, signal?: AbortSignal): Promise<readonly ThreadEvent[]>;
  /** Prices, for `parseSeries` to read. */
  series(symbol: string, timeframe: string | null, signal?: AbortSignal): Promise<unknown>;
  questions(signal?: AbortSignal): Promise<Page<OpenQuestion>>;
  tasks(query: TaskQuery, signal?: AbortSignal): Promise<Page<Task>>;
  task(id: string, signal?: AbortSignal): Promise<Task>;
  createTask(task: NewTask): Promise<Task>;
  changeTask(id: string, change: Partial<Task>): Promise<Task>;
  deleteTask(id: string): Promise<void>;
  steerTask(id: string, action: "run" | "pause" | "resume" | "cancel"): Promise<void>;
  connections(signal?: AbortSignal): Promise<ConnectionsStatus>;
  disconnect(connectionId: string): Promise<void>;
  audit(query: AuditQuery, signal?: AbortSignal): Promise<Page<AuditRow>>;
  /** The figures in the text format of Prometheus. */
  metrics(signal?: AbortSignal): Promise<string>;
  /** `/openapi.json` or `/asyncapi.json`. */
  document(name: "openapi" | "asyncapi", signal?: AbortSignal): Promise<unknown>;
}

export function createPages(http: Http): Pages {
  const { get, send } = http;
  return {
    agents: async (signal) => (await get<{ agents: AgentInfo[] }>("/agents", signal)).agents,
    events: async (threadId, after, limit, signal) => {
      const query = queryOf({ after: printCursor(after), limit });
      return (await get<{ events: ThreadEvent[] }>(`/threads/${encodeURIComponent(threadId)}/events${query}`, signal))
        .events;
    },
    series: (symbol, timeframe, signal) =>
      get(`/market/series${queryOf({ symbol, timeframe: timeframe ?? undefined })}`, signal),
    threads: (query, signal) => get(`/threads${queryOf(query)}`, signal),
    questions: (signal) => get("/questions?limit=100", signal),
    tasks: (query, signal) => get(`/tasks${queryOf(query)}`, signal),
    task: (id, signal) => get(`/tasks/${encodeURIComponent(id)}`, signal),
    createTask: (task) => send("POST", "/tasks", task),
    changeTask: (id, change) => send("PATCH", `/tasks/${encodeURIComponent(id)}`, change),
    deleteTask: (id) => send("DELETE", `/tasks/${encodeURIComponent(id)}`),
    steerTask: (id, action) => send("POST", `/tasks/${encodeURIComponent(id)}/${action}`, {}),
    connections: (signal) => get("/websocket/status", signal),
    disconnect: (id) => send("DELETE", `/websocket/clients/${encodeURIComponent(id)}`),
    audit: (query, signal) => get(`/audit${queryOf(query)}`, signal),
    metrics: (signal) => http.text("/metrics", signal),
    document: async (name, signal) => JSON.parse(await http.text(`/${name}.json`, signal)) as unknown,
  };
}

/** `?a=1&b=2` of what is given and not empty; nothing for nothing. */
function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}
