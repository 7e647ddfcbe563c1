import { type AguiEvent, EventType, type JsonObject, ThroughlineError } from "@throughline/protocol";
import { eventProblem } from "./event-problem.ts";
import { timeOf } from "../dialects/frames.ts";
import type { BusStatistics, TaskBus, TaskEvent, TaskListener } from "./bus.ts";
import { matchesFilter, type TaskFilter } from "./filter.ts";
import type { Sent, TaskConnection, TaskMail } from "./mail.ts";
import type { TaskStore } from "./store.ts";
import { BETWEEN_RUNS, toTaskEvent } from "./task-events.ts";

type Filter = Omit<TaskFilter, "tenant">;

/** A tool call of the application's own; `end` carries what it was called with and what came of it. */
export type ToolCallNote =
  | { readonly phase: "start"; readonly tool_call_id: string; readonly tool_name: string }
  | {
      readonly phase: "end";
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly args?: unknown;
      readonly result?: unknown;
    };

/** What an embedding application may do with tasks, beside their HTTP API. */
export interface TaskServer {
  /** Calls the listener for every event that matches, durable by then. @returns unsubscribes */
  subscribe(listener: TaskListener, filter?: Filter): () => void;
  /** The latest events that match, oldest first, of the last 1,000 of all tasks. */
  history(filter?: Filter): readonly TaskEvent[];
  /** Every stored event of one task that matches, oldest first. @throws not_found */
  replay(taskId: string, filter?: Omit<Filter, "taskId">): AsyncIterable<TaskEvent>;
  statistics(): BusStatistics;
  /**
   * Writes an event of the application's onto the task's thread, so that all who follow it get it. It
   * changes nothing of the task itself.
   * @returns its seq
   * @throws not_found; invalid_input for a type or data that clients would not know
   */
  emitTaskEvent(taskId: string, type: string, data?: JsonObject): Promise<number>;
  /** @throws not_found */
  emitAgentStatusChange(taskId: string, agent: string, status: string, data?: JsonObject): Promise<number>;
  /** Also the task's new progress. @param progress 0 to 1 @throws not_found, invalid_input */
  emitProgressUpdate(taskId: string, progress: number, message?: string): Promise<number>;
  /** @throws not_found */
  emitToolCall(taskId: string, call: ToolCallNote): Promise<number>;
  /** Sends a frame to one client; while it is away the last 100 are kept for it. */
  send(clientId: string, taskId: string, frame: JsonObject): Promise<Sent>;
  /** Sends a frame to every connection of a task, but to none of the clients named; to how many. */
  broadcast(taskId: string, frame: JsonObject, exclude?: ReadonlySet<string>): number;
  connections(taskId: string): readonly TaskConnection[];
}

/** @param tenant whose tasks these are */
export function taskServer(
  { store, bus, mail }: { readonly store: TaskStore; readonly bus: TaskBus; readonly mail: TaskMail },
  tenant: string,
): TaskServer {
  const emit = (taskId: string, type: string, data: JsonObject = {}): Promise<number> => {
    checkEvent(taskId, type, data);
    return store.note(tenant, taskId, customEvent("task.event", { event_type: type, data }), {});
  };
  return {
    subscribe: (listener, filter) => bus.subscribe(listener, { ...filter, tenant }),
    history: (filter) => bus.history({ ...filter, tenant }),
    replay: (taskId, filter) => replay(store, tenant, taskId, filter),
    statistics: () => bus.statistics(),
    emitTaskEvent: emit,
    emitAgentStatusChange: (taskId, agent, status, data) =>
      emit(taskId, "agent_status_change", { ...data, agent, status }),
    emitProgressUpdate: async (taskId, progress, message = "") => {
      if (!(progress >= 0 && progress <= 1)) throw new ThroughlineError("invalid_input", "Progress is 0 to 1.");
      const event = customEvent("progress", { current: progress, total: 1, message });
      return store.note(tenant, taskId, event, { progress });
    },
    emitToolCall: (taskId, { phase, ...data }) => emit(taskId, `tool_call.${phase}`, data as JsonObject),
    send: (clientId, taskId, frame) => mail.send(tenant, clientId, taskId, frame),
    broadcast: (taskId, frame, exclude) => mail.broadcast(tenant, taskId, frame, exclude),
    connections: (taskId) => mail.connections(tenant, taskId),
  };
}

async function* replay(
  store: TaskStore,
  tenant: string,
  taskId: string,
  filter: Omit<Filter, "taskId"> = {},
): AsyncGenerator<TaskEvent> {
  let state = BETWEEN_RUNS;
  for await (const { seq, event } of store.events(tenant, taskId)) {
    const step = toTaskEvent(state, event, taskId);
    state = step.state;
    if (step.type === undefined) continue;
    const timestamp = timeOf(event);
    const told = { tenant, taskId, type: step.type, data: step.data, timestamp, seq };
    if (matchesFilter(filter, told)) yield told;
  }
}

/** @throws invalid_input */
function checkEvent(taskId: string, type: string, data: JsonObject): void {
  const why = eventProblem(taskId, type, data);
  if (why !== undefined) throw new ThroughlineError("invalid_input", `The event "${type}": ${why}`);
}

function customEvent(name: string, value: unknown): AguiEvent {
  return { type: EventType.CUSTOM, name, value };
}
