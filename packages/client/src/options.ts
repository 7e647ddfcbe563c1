import type { Transport } from "./carriers/carrier.ts";
import type { ReconnectPolicy } from "./connection/policy.ts";
import type { TokenProvider } from "./connection/token.ts";
import type { ClientStorage, ClientSystem } from "./seams.ts";

export interface ClientOptions {
  /** The server's address, such as `https://example.com`; a path in front of the API may follow. */
  readonly url: string;
  /** Absent on a server without authentication. A function is asked again when the token has ended. */
  readonly token?: string | TokenProvider;
  /**
   * Who is signed in, such as a user's id. What a reload leaves behind belongs to this address and to them, so
   * that nobody else sees or sends it. Needed where people take turns in one tab. Default the `clientId`, if one
   * is given.
   */
  readonly identity?: string;
  /** What others see of who watches: its first hundred characters. */
  readonly name?: string;
  /** Names this tab, device or program across its connections. Default: made, and kept across reloads. */
  readonly clientId?: string;
  /** Which transports to try, best first. Default all: WebSocket, SSE, long-poll. */
  readonly transports?: readonly Transport[];
  /** How long to wait before each attempt. Default {@link backoff}: full jitter, at most 15 s, for ever. */
  readonly policy?: ReconnectPolicy;
  /** What outlives a reload. Default the browser's; in Node nothing does. */
  readonly storage?: ClientStorage;
  /** Clock, randomness, network and signals, for tests and unusual platforms; what is absent is the platform's. */
  readonly system?: Partial<ClientSystem>;
}
