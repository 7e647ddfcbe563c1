import { createContext, useContext } from "react";
import { createApi } from "../live/api.ts";
import type { Api } from "../live/api.ts";
import { LatencyProbe } from "../live/latency.ts";
import type { System } from "../live/seams.ts";
import { Sessions } from "../live/thread-session.ts";

/** What lives as long as the page. */
export interface Services {
  readonly api: Api;
  readonly sessions: Sessions;
  readonly probe: LatencyProbe;
}

export function createServices(system: System): Services {
  const api = createApi(system);
  return { api, sessions: new Sessions(api, system), probe: new LatencyProbe(api, system) };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("ServicesContext has no value above this component.");
  return services;
}
