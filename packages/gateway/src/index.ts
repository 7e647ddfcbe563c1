export { admitLoopback, type Admit, type Credentials } from "./access/admit.ts";
export type { Principal, Scope } from "./access/principal.ts";
export type { EndReason, Sink } from "./delivery/sink.ts";
export { createGateway, type Gateway } from "./gateway.ts";
export type { GatewayLimits, GatewayOptions } from "./options.ts";
export type { BusyPolicy } from "./runs/ports.ts";
export { systemClock, systemRandom } from "./system.ts";
export type { SocketHandler, UpgradeRequest } from "./transports/websocket.ts";
