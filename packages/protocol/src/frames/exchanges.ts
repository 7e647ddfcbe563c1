import type { z } from "zod";
import { BrokerAgentMessage, BrokerControlMessage, BrokerRequestMessage } from "./broker.ts";

/** An exchange of the broker as it is documented: what is said there, and by whom. */
export interface ExchangeSchemas {
  /** On a topic exchange the routing key is the message's type; on a fan-out exchange it is empty. */
  readonly type: "topic" | "fanout";
  readonly title: string;
  readonly description: string;
  /** A union of objects that their `type` tells apart. */
  readonly messages: z.ZodType;
  /** What the gateway does there. */
  readonly action: "receive" | "send";
}

/** Agents publish what they say. */
export const EVENTS = "agent.events";
/** The gateway publishes requests. */
export const REQUESTS = "agent.requests";
/** The gateway tells all workers about a run. */
export const CONTROL = "agent.control";

/** The broker's exchanges by name; all of them are durable. `/asyncapi.json` is made of this. */
export const EXCHANGES: Readonly<Record<string, ExchangeSchemas>> = {
  [EVENTS]: {
    type: "topic",
    title: "What agents say",
    description:
      "Agents in other processes publish what they do, persistent and mandatory, each message named by its " +
      "message_id; the gateway takes it in order and acknowledges it once it is durable.",
    messages: BrokerAgentMessage,
    action: "receive",
  },
  [REQUESTS]: {
    type: "topic",
    title: "What agents are asked",
    description:
      "The start of a request, or its going on with an answer; the message_id is the run's. The queue " +
      "agent.requests.{agent} has the requests of all agents: drop what names another.",
    messages: BrokerRequestMessage,
    action: "send",
  },
  [CONTROL]: {
    type: "fanout",
    title: "What workers are told",
    description: "Told to all workers about one run, which need not be theirs.",
    messages: BrokerControlMessage,
    action: "send",
  },
};
