import { backoff } from "../connection/policy.ts";
import type { ClientSystem, Signals } from "../seams.ts";
import { RealtimeClient } from "./realtime-client.ts";

export type { DroppedFrame } from "./dialect-outbox.ts";
export type { DialectFrame } from "./position.ts";
export { RealtimeClient, type RealtimeEvents, type RealtimeOptions } from "./realtime-client.ts";

export interface WebSocketTransportOptions {
  readonly url: string;
  /** Whether to connect again by itself. Default true. */
  readonly reconnect?: boolean;
  /** The first wait is at most this long, in ms; each further one may be twice as long. Default 1000. */
  readonly reconnectInterval?: number;
  /** Default 10. */
  readonly maxReconnectAttempts?: number;
  /** In ms. Default 30000. */
  readonly heartbeatInterval?: number;
  readonly system?: Partial<ClientSystem>;
}

const NO_SIGNALS: Signals = { subscribe: () => () => {} };

const shared = new Map<string, RealtimeClient>();

/**
 * The one client of this address in this program; the first caller's options count. It is forgotten when
 * it is closed, so that the next caller gets a new one.
 * @throws ThroughlineError `invalid_input` when the address cannot be
 */
export function getWebSocketTransport(options: WebSocketTransportOptions): RealtimeClient {
  const { url, reconnect = true, reconnectInterval = 1000, maxReconnectAttempts = 10 } = options;
  const found = shared.get(url);
  if (found !== undefined) return found;
  const { heartbeatInterval = 30_000 } = options;
  const maxAttempts = reconnect ? maxReconnectAttempts : 0;
  // A page that is looked at again would connect as well.
  const system = { ...options.system, ...(!reconnect && { signals: NO_SIGNALS }) };
  const client: SharedClient = new SharedClient(
    { url, heartbeatInterval, policy: backoff({ baseMs: reconnectInterval, maxAttempts }), system },
    () => {
      // Another may have taken its place.
      if (shared.get(url) === client) shared.delete(url);
    },
  );
  shared.set(url, client);
  return client;
}

class SharedClient extends RealtimeClient {
  readonly #closed: () => void;

  constructor(options: ConstructorParameters<typeof RealtimeClient>[0], closed: () => void) {
    super(options);
    this.#closed = closed;
  }

  override close(): void {
    this.#closed();
    super.close();
  }
}
