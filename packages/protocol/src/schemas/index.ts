export * from "../frames/agent-stream.ts";
export * from "../frames/broker.ts";
export * from "../frames/chart-commands.ts";
export * from "../frames/chat.ts";
export * from "../frames/native.ts";
export * from "../frames/quotes.ts";
export { FRAMES, type FrameSchemas } from "../frames/index.ts";
export * from "./custom.ts";
export * from "../frames/tasks.ts";
