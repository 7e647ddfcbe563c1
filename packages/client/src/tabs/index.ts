import { Client, createClient, type LinkFactory, serverOf, systemOf } from "../client.ts";
import type { ConnectionEvents } from "../connection/connection.ts";
import { createNativeLink } from "../connection/native-link.ts";
import { keptClientId, ownTexts } from "../kept.ts";
import type { ClientOptions } from "../options.ts";
import { Emitter } from "../stores/emitter.ts";
import { TABS_VERSION } from "./messages.ts";
import type { TabPlatform } from "./seams.ts";
import { browserTabs } from "./system.ts";
import { TabLink } from "./tab-link.ts";

export type { TabChannel, TabPlatform } from "./seams.ts";

export interface SharedClientOptions extends ClientOptions {
  /** Web Locks and BroadcastChannel, for tests; default the browser's. */
  readonly tabs?: TabPlatform;
}

/**
 * A client that shares one connection with all tabs of its origin that connect to the same address, with the
 * same `identity` and the same `clientId` if they are given: where several people may be signed in, say who it
 * is. One tab leads and has the connection; when it goes or is frozen, another takes over, and every tab goes
 * on from its position. They count as one client. Where the platform has no Web Locks, it is
 * {@link createClient}'s.
 * @throws ThroughlineError `invalid_input` when the address or the transports cannot be
 */
export function sharedClient(options: SharedClientOptions): Client {
  const platform = options.tabs ?? browserTabs();
  if (platform === undefined) return createClient(options);
  const server = serverOf(options);
  const { storage, random } = systemOf(options);
  const clientId = options.clientId ?? keptClientId(ownTexts(storage.origin, options), random);
  const whose = JSON.stringify([server.url, options.identity, options.clientId]);
  const createLink: LinkFactory = ({ system, host, events }) =>
    new TabLink({
      platform,
      name: `throughline ${TABS_VERSION} ${whose}`,
      tab: system.random.uuid(),
      host,
      events,
      clock: system.clock,
      random: system.random,
      signals: system.signals,
      // What it tells reaches every tab, this one included, by way of the hub.
      createLink: (hubHost) =>
        createNativeLink({ ...server, system, clientId, host: hubHost, events: new Emitter<ConnectionEvents>() }),
    });
  return new Client(options, createLink, clientId);
}
