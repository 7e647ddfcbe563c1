import type { BrokerAgentMessage } from "@throughline/protocol/schemas";

/**
 * What names a message within its run, so that it is applied once however often it comes: its AMQP
 * message_id, or what it is about.
 * @returns undefined for a heartbeat, which says nothing, and for an event without a message_id
 */
export function nameOf(message: BrokerAgentMessage, messageId: string | undefined): string | undefined {
  if (message.type === "agent.heartbeat") return undefined;
  if (messageId !== undefined) return `id:${messageId}`;
  if (message.type === "agent.event") return undefined;
  const { type, agent = null, data } = message;
  return `of:${JSON.stringify([type, agent, textIn(data, "stepId"), textIn(data, "step"), textIn(data, "status")])}`;
}

function textIn(data: object, key: string): string | null {
  const value: unknown = Reflect.get(data, key);
  return typeof value === "string" ? value : null;
}
