import { useEffect, useMemo, useReducer } from "react";
import type { LinkState } from "@throughline/client";
import { getWebSocketTransport, type RealtimeClient } from "@throughline/client/realtime";
import type { Json, ThroughlineError } from "@throughline/protocol";
import { CLIENT_FRAMES, dialectAt } from "../realtime/frames.ts";
import { Lease } from "../realtime/leases.ts";
import { sessionOf } from "../realtime/session.ts";
import { socketUrl } from "../server-url.ts";
import { isPage } from "../system.ts";
import { useClock } from "./clock.ts";
import { useReadable } from "./use-readable.ts";
import { useStores } from "./throughline-provider.tsx";

export interface UseWebSocketOptions {
  /**
   * `/ws/stream` or `/ws/chat` of a server, or the server alone for its `/ws/stream`. Default `VITE_WS_URL`
   * or `NEXT_PUBLIC_WS_URL`, else the page's own origin.
   */
  readonly url?: string;
  /** Gives up after so many failures in a row. Default 5. */
  readonly reconnectAttempts?: number;
  /** The first wait is at most this long, in ms; each further one may be twice as long. Default 2000. */
  readonly reconnectInterval?: number;
  /** In ms. Default 30000. */
  readonly heartbeatInterval?: number;
  /** Whether mounting connects. Default true. */
  readonly autoConnect?: boolean;
  /**
   * A client of one's own in place of the shared one of the address. What is spoken, its own address says;
   * `url` does where a function gives that.
   */
  readonly transport?: RealtimeClient;
}

export interface UseWebSocket {
  readonly status: "connecting" | "connected" | "disconnected" | "error";
  /** Why it is not connected. */
  readonly error: ThroughlineError | null;
  readonly isConnected: boolean;
  readonly connect: () => void;
  readonly disconnect: () => void;
  /** Shows the message in `chatStore` at once and sends it. Never rejects: one that failed says so there. */
  readonly sendChat: (message: string, context?: { readonly [key: string]: Json }) => Promise<void>;
  /** Cancels a run, by default the one that goes on. */
  readonly cancelTask: (runId?: string) => void;
  /** Answers one of `chatStore`'s questions. */
  readonly answer: (questionId: string, answer: Json) => void;
}

/**
 * The agent stream or the chat, filling `chatStore`, `statusStore` and `chartStore`. All components with
 * one address share one client, which is closed a second after the last is gone.
 */
export function useWebSocket(options: UseWebSocketOptions = {}): UseWebSocket {
  const { reconnectAttempts = 5, reconnectInterval = 2000, heartbeatInterval = 30_000, autoConnect = true } = options;
  const own = options.transport;
  const url = own?.url ?? socketUrl(options.url, "/ws/stream");
  const clock = useClock();
  const stores = useStores();
  const dialect = dialectAt(url);
  const [round, renew] = useReducer((count: number) => count + 1, 0);
  const shared = useMemo(() => {
    if (own !== undefined || !isPage()) return null;
    const client = getWebSocketTransport({
      url,
      reconnectInterval,
      maxReconnectAttempts: reconnectAttempts,
      heartbeatInterval,
    });
    // What is rendered may never be committed.
    Lease.of(client, clock).hold(false)();
    return { client, round };
  }, [own, url, reconnectAttempts, reconnectInterval, heartbeatInterval, clock, round]);
  const transport = own ?? shared?.client ?? null;
  useEffect(() => {
    if (transport === null) return;
    const lease = Lease.of(transport, clock);
    // React may show again what it had hidden for longer than the client was kept.
    if (lease.isOver) return renew();
    const lettingGo = [sessionOf(stores, transport, dialect, clock).hold(), lease.hold(own !== undefined)];
    if (autoConnect) transport.connect();
    return () => lettingGo.forEach((letGo) => letGo());
  }, [transport, own, stores, dialect, clock, autoConnect]);
  const { state, error } = useReadable(transport?.connection ?? NOWHERE, BEFORE);
  const actions = useMemo(() => {
    const frames = CLIENT_FRAMES[dialect];
    return {
      connect: () => transport?.connect(),
      disconnect: () => transport?.disconnect(),
      sendChat: (message: string, context?: { readonly [key: string]: Json }) => {
        stores.status.getState().reset();
        return stores.chat.getState().sendMessage(message, context);
      },
      cancelTask: (runId?: string) => void transport?.send(frames.cancel(runId)),
      answer: (questionId: string, answer: Json) => void transport?.send(frames.answer(questionId, answer)),
    };
  }, [transport, stores, dialect]);
  const status = state === "reconnecting" ? "connecting" : state;
  return { ...actions, status, error, isConnected: state === "connected" };
}

/** What a server renders, and a browser at first. */
const BEFORE: LinkState = {
  state: "connecting",
  attempt: 0,
  retryAt: null,
  latencyMs: null,
  transport: null,
  error: null,
};
const NOWHERE = { get: () => BEFORE, subscribe: () => () => {} };
