export * from "./plan.ts";
export * from "./series.ts";
