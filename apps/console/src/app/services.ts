import { createContext, useContext } from "react";
import { type Client, Store } from "@throughline/client";
import { sharedClient } from "@throughline/client/tabs";
import { FaultyNetwork, type NetworkSystem } from "../playground/faulty-network.ts";
import { createHttp } from "../server/http.ts";
import { createPages } from "../server/pages.ts";
import type { Pages } from "../server/pages.ts";

/** What lives as long as the page. */
export interface Services {
  /** The connection and the threads; all tabs of this browser share it. */
  readonly client: Client;
  readonly pages: Pages;
  /** The connection's way to the server, with the faults one has asked for. */
  readonly network: FaultyNetwork;
  /** Grows with each event that comes in, for the line to show. */
  readonly activity: Store<number>;
}

/** @param origin the server's address, such as `http://127.0.0.1:4400` */
export function createServices(origin: string, system: NetworkSystem): Services {
  const network = new FaultyNetwork(system);
  // The connection goes through the faulty network, and the rest does not: a page that could not load
  // would tell nothing about a connection that breaks.
  const { fetch, WebSocket } = network;
  return {
    client: sharedClient({ url: origin, system: { fetch, WebSocket } }),
    pages: createPages(createHttp(system.fetch)),
    network,
    activity: new Store(0),
  };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("ServicesContext has no value above this component.");
  return services;
}
