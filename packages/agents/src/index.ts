export * from "./builder/define-agent.ts";
export * from "./builder/run.ts";
export { Asked } from "./builder/questions.ts";
export { scripted } from "./scripted/scripted.ts";
