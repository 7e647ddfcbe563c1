"use client";

export { Announcer } from "./components/announcer.tsx";
export { ChartPanel, type ChartPanelProps } from "./components/chart-panel.tsx";
export { Composer, type ComposerProps } from "./components/composer.tsx";
export { ConnectionStatus, type ConnectionStatusProps } from "./components/connection-status.tsx";
export { EntryView } from "./components/entry-view.tsx";
export { fetchedAhead, type FetchedAhead } from "./components/fetched-ahead.tsx";
export { FeedbackPrompt, type FeedbackPromptProps, type Prompt } from "./components/feedback-prompt.tsx";
export { preloadMarkdown } from "./components/late-markdown.ts";
export { MessageList, type MessageListProps } from "./components/message-list.tsx";
export { OutgoingMessage, type OutgoingMessageProps } from "./components/outgoing-message.tsx";
export { PlanProgress, type PlanProgressProps } from "./components/plan-progress.tsx";
export { Presence, type PresenceProps } from "./components/presence.tsx";
export {
  StreamingIndicator,
  type StreamingIndicatorProps,
  type ThreadActivity,
} from "./components/streaming-indicator.tsx";
export { TaskBoard, type TaskBoardProps } from "./components/task-board.tsx";
export { TaskDetailPanel, type TaskDetailPanelProps } from "./components/task-detail-panel.tsx";
export { TextBoundary, type TextBoundaryProps } from "./components/text-boundary.tsx";
export { ToolCard, type ToolCardProps } from "./components/tool-card.tsx";
export { ToolExecutionProgress, type ToolExecutionProgressProps } from "./components/tool-execution-progress.tsx";
export { useStickToEnd } from "./components/use-stick-to-end.ts";
export { duration, percent, plural, price, whole } from "./format.ts";
export {
  type Throughline,
  ThroughlineProvider,
  type ThroughlineProviderProps,
  useStores,
  useThroughline,
} from "./hooks/throughline-provider.tsx";
export { useChart, type UseChart } from "./hooks/use-chart.ts";
export { useClient } from "./hooks/use-client.ts";
export { useComposer, type UseComposer, type UseComposerOptions } from "./hooks/use-composer.ts";
export { useConnection, type UseConnection } from "./hooks/use-connection.ts";
export {
  type ConnectionState,
  type ConnectionWords,
  type ShownConnection,
  useConnectionWords,
} from "./hooks/use-connection-words.ts";
export { useCopy, type UseCopy } from "./hooks/use-copy.ts";
export {
  useFeedbackPrompt,
  type UseFeedbackPrompt,
  type UseFeedbackPromptOptions,
} from "./hooks/use-feedback-prompt.ts";
export { useNow } from "./hooks/use-now.ts";
export { usePresence, type UsePresence } from "./hooks/use-presence.ts";
export { useChartStore, useChatStore, useStatusStore, useTaskStore } from "./hooks/use-stores.ts";
export { useTasks, type UseTasks, type UseTasksOptions } from "./hooks/use-tasks.ts";
export type { ThreadActions } from "./hooks/thread-actions.ts";
export { useThread, type UseThread, type UseThreadOptions } from "./hooks/use-thread.ts";
export type { ThreadId } from "./hooks/use-thread-object.ts";
export {
  useWebSocket as useRealtime,
  useWebSocket,
  type UseWebSocket,
  type UseWebSocketOptions,
} from "./hooks/use-web-socket.ts";
export { useThreadSelector } from "./hooks/use-thread-selector.ts";
export { toolsOf } from "./stores/mirror-view.ts";
export * from "./stores/index.ts";
export { checklistWords, TASK_ACTIONS, TASK_STATUS_NAMES, TASK_STATUSES, type TaskAction } from "./tasks.ts";
export { type AgentTag, agentTag, hueOf } from "./transcript/agent-tag.ts";
export { endingOf, type EndingWords } from "./transcript/ending.ts";
export { entriesOf, outgoingOf } from "./transcript/entries.ts";
export { type OutgoingItem, outgoingWords } from "./transcript/outgoing-words.ts";
export { type PlanOfRun, planOfRun, type PlanStep, shareOf, type StepOfRun } from "./transcript/plan.ts";
export { optionsIn, questionsOf } from "./transcript/questions.ts";
export { outcomeOf, type StepOutcome } from "./transcript/step-outcome.ts";
export { argsPreview, NO_RESULT, payloadText, type ToolStatus } from "./transcript/tool-words.ts";
export { DEFAULT_QUESTION, type Entry, lengthOf, type Part, type Tool, transcript } from "./transcript/transcript.ts";
export { type PresenceWatcher, watcherTag, type WatcherTag } from "./transcript/watcher-tag.ts";
