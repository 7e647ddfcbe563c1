import { connect as connectTo } from "amqplib";
import type { Connect } from "./link/link.ts";

/** The network: a real connection to a broker. Part of the composition root (S2). */
export const systemConnect: Connect = (url, { timeoutMs, name }) =>
  connectTo(url, { timeout: timeoutMs, noDelay: true, keepAlive: true, clientProperties: { connection_name: name } });
