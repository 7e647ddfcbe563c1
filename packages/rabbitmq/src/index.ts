export { RabbitBridge, type BridgeOptions } from "./bridge/bridge.ts";
export type { TakeReport } from "./bridge/intake.ts";
export { isBrokerUrl } from "./link/address.ts";
export { BrokerLink, type Connect, type LinkOptions, type LinkState } from "./link/link.ts";
export { type BrokerTelemetry, noBrokerTelemetry } from "./telemetry.ts";
export { type AgentWorker, serveAgent, type ServeAgentOptions } from "./worker/serve-agent.ts";
