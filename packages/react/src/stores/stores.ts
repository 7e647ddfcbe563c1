import { updateOfChatFrame } from "./chat-frames.ts";
import { type ChartStore, createChartStore } from "./chart-store.ts";
import { type ChatStore, createChatStore } from "./chat-store.ts";
import type { Frame } from "./fields.ts";
import { createStatusStore, type StatusStore } from "./status-store.ts";
import { updateOfStreamFrame } from "./stream-frames.ts";
import { systemId } from "../system.ts";
import { createTaskStore, type TaskStore } from "./task-store.ts";

/** The four stores of one application. */
export interface Stores {
  readonly chat: ChatStore;
  readonly status: StatusStore;
  readonly chart: ChartStore;
  readonly task: TaskStore;
}

/** @param newId see {@link createChatStore}; default random UUIDs */
export function createStores(newId: () => string = systemId): Stores {
  return {
    chat: createChatStore(newId),
    status: createStatusStore(),
    chart: createChartStore(),
    task: createTaskStore(),
  };
}

/** The protocols whose frames the stores understand, by their address. */
export type FrameDialect = "stream" | "chat";

const TRANSLATORS = { stream: updateOfStreamFrame, chat: updateOfChatFrame };

/** Folds frames in, in their order: each store changes at most once. */
export function applyFrames(stores: Stores, dialect: FrameDialect, frames: readonly Frame[]): void {
  const updates = frames.map(TRANSLATORS[dialect]).filter((update) => update !== null);
  if (updates.length === 0) return;
  stores.chat.getState().apply(updates);
  stores.status.getState().apply(updates);
  stores.chart.getState().apply(updates);
}
