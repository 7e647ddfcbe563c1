import { connect as connectTo } from "amqplib";
import type { Connect } from "./link/link.ts";

/** The network: a real connection to a broker. Part of the composition root (S2). */
export const systemConnect: Connect = (url, { timeoutMs, name }) =>
  connectTo(url, { timeout: timeoutMs, noDelay: true, keepAlive: true, clientProperties: { connection_name: name } });

/** A day: any time would do. */
const LONG_MS = 24 * 60 * 60_000;

/**
 * Keeps the process from ending by itself while nothing else does, such as between two connections.
 * @returns lets it end
 */
export function holdProcess(): () => void {
  const timer = setInterval(() => undefined, LONG_MS);
  return () => clearInterval(timer);
}
