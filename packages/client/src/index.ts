export type { Transport } from "./carriers/carrier.ts";
export { Client, type ClientEvents, type ConnectionState, createClient } from "./client.ts";
export type { ConnectionEvents } from "./connection/connection.ts";
export type { LinkState } from "./connection/link.ts";
export { backoff, type BackoffOptions, type ReconnectPolicy } from "./connection/policy.ts";
export type { ExpiringToken, TokenProvider } from "./connection/token.ts";
export type { ClientMetrics } from "./metrics.ts";
export type { ClientOptions } from "./options.ts";
export type { Dropped } from "./outbox.ts";
export {
  type ClientStorage,
  type ClientSystem,
  memoryStorage,
  type Signal,
  type Signals,
  type TextStore,
  type WebSocketClass,
  type WebSocketLike,
} from "./seams.ts";
export { type Readable, Store, ThrottledStore } from "./stores/store.ts";
export { platformSystem } from "./system.ts";
export type { Outgoing } from "./thread/outgoing.ts";
export type { PresenceState } from "./thread/presence.ts";
export type { ThreadState } from "./thread/state.ts";
export type { NewMessage } from "./thread/sending.ts";
export type { Thread, ThreadUpdates } from "./thread/thread.ts";
