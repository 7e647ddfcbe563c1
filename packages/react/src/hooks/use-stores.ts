import { useStore } from "zustand/react";
import type { ChartState } from "../stores/chart-store.ts";
import type { ChatState } from "../stores/chat-store.ts";
import type { StatusState } from "../stores/status-store.ts";
import type { TaskState } from "../stores/task-store.ts";
import { useStores } from "./throughline-provider.tsx";

/** A part of the conversation; renders again when it changes. */
export function useChatStore<T>(selector: (state: ChatState) => T): T {
  return useStore(useStores().chat, selector);
}

/** A part of who works on what; renders again when it changes. */
export function useStatusStore<T>(selector: (state: StatusState) => T): T {
  return useStore(useStores().status, selector);
}

/** A part of the charts; renders again when it changes. */
export function useChartStore<T>(selector: (state: ChartState) => T): T {
  return useStore(useStores().chart, selector);
}

/** A part of the tasks; renders again when it changes. */
export function useTaskStore<T>(selector: (state: TaskState) => T): T {
  return useStore(useStores().task, selector);
}
