import { createContext, useContext } from "react";
import { createApi } from "../live/api.ts";
import type { Api } from "../live/api.ts";
import { LatencyProbe } from "../live/latency.ts";
import { Store } from "../live/store.ts";
import type { System } from "../live/seams.ts";
import { Sessions } from "../live/thread-session.ts";
import { FaultyNetwork } from "../playground/faulty-network.ts";
import { createHttp } from "../server/http.ts";
import { createPages } from "../server/pages.ts";
import type { Pages } from "../server/pages.ts";
import type { Followed } from "./followed.ts";

/** What lives as long as the page. */
export interface Services {
  readonly api: Api;
  readonly pages: Pages;
  readonly sessions: Sessions;
  readonly probe: LatencyProbe;
  /** The thread the page follows; null on pages that follow none. */
  readonly followed: Store<Followed | null>;
  /** This page's way to the server, with the faults one has asked for. */
  readonly network: FaultyNetwork;
}

export function createServices(system: System): Services {
  const network = new FaultyNetwork(system);
  // Whatever follows a thread goes through the faulty network, and the rest does not: a page that
  // could not load would tell nothing about a connection that breaks.
  const faulty = { ...system, fetch: network.fetch };
  const api = createApi(faulty);
  return {
    api,
    pages: createPages(createHttp(system.fetch)),
    sessions: new Sessions(api, faulty),
    probe: new LatencyProbe(api, system),
    followed: new Store<Followed | null>(null),
    network,
  };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("ServicesContext has no value above this component.");
  return services;
}
