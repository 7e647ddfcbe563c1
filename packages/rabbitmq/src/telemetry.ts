import type { LinkState } from "./link/link.ts";

/** What a link and those who work over it tell of themselves. Called on hot paths: cheap, and must not throw. */
export interface BrokerTelemetry {
  /** @param link its name */
  linkChanged(link: string, state: LinkState): void;
  /** The broker has taken a message. @param exchange "" for one put into a queue directly */
  published(exchange: string): void;
  /** A message came back, since no queue would take it. */
  returned(exchange: string): void;
  /** An agent's message was understood and its fate is known. @param reception what the gateway did with it */
  received(type: string, reception: string): void;
  /** A message was put aside. @param reason a word */
  deadLettered(reason: string): void;
}

export const noBrokerTelemetry: BrokerTelemetry = {
  linkChanged() {},
  published() {},
  returned() {},
  received() {},
  deadLettered() {},
};
