import { ThroughlineError } from "@throughline/protocol";

/** Seconds between signs of life; a peer that gives none for two of them is dead. */
const HEARTBEAT_S = 10;

/**
 * A broker's URL, with a heartbeat unless it names one.
 * @throws invalid_setting; without the URL itself, which may hold a password
 */
export function brokerUrl(text: string): string {
  if (!isBrokerUrl(text)) {
    throw new ThroughlineError(
      "invalid_setting",
      "The broker's URL must begin with amqp:// or amqps:// and name a host.",
    );
  }
  const url = new URL(text);
  if (!url.searchParams.has("heartbeat")) url.searchParams.set("heartbeat", String(HEARTBEAT_S));
  return url.href;
}

export function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === "amqp:" || protocol === "amqps:") && hostname !== "";
}

/** Where a broker is, as it may be logged (A2). */
export function withoutPassword(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
