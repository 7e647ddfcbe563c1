export * from "../frames/agent-stream.ts";
export { FRAMES, type FrameSchemas } from "../frames/index.ts";
export * from "./custom.ts";
