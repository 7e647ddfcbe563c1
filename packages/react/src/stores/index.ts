export { type ChartState, type ChartStore, createChartStore } from "./chart-store.ts";
export {
  type ChatContext,
  type ChatData,
  type ChatMessage,
  type ChatSender,
  type ChatState,
  type ChatStore,
  type ConnectionStatus,
  createChatStore,
} from "./chat-store.ts";
export { chartStore, chatStore, statusStore, taskStore } from "./defaults.ts";
export type { Frame } from "./fields.ts";
export { mirrorView } from "./mirror-view.ts";
export { type Agent, createStatusStore, type StatusData, type StatusState, type StatusStore } from "./status-store.ts";
export { applyFrames, createStores, type FrameDialect, type Stores } from "./stores.ts";
export { createTaskStore, type TaskState, type TaskStore } from "./task-store.ts";
export type {
  AgentStatus,
  Artifact,
  AskedQuestion,
  ChartLink,
  Progress,
  RunEnding,
  ToolExecution,
  Update,
} from "./update.ts";
