export * from "./drawings.ts";
export * from "./plan.ts";
export * from "./series.ts";
