export * from "./drawings.ts";
export * from "./plan.ts";
export * from "./price-table.ts";
export * from "./series.ts";
export * from "./source-words.ts";
