export { type RunningServer, startServer } from "./server/start-server.ts";
export { defineConfig } from "./settings/config-file.ts";
export { type ReadSettings, readSettings, type Sources } from "./settings/read-settings.ts";
export type { ConfigFile, Settings } from "./settings/table.ts";
