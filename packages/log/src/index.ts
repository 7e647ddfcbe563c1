export * from "./stream-log.ts";
