export * from "./custom.ts";
