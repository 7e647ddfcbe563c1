export * from "../frames/agent-stream.ts";
export * from "./custom.ts";
