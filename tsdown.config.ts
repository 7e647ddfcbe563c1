import { readdirSync } from "node:fs";
import { defineConfig, type Rolldown, type UserConfig } from "tsdown";

/** A file loaded by address, such as a worker thread's, is a `.js` file beside the built module. */
const builtAddresses: Rolldown.Plugin = {
  name: "built-addresses",
  transform: (code) =>
    code.replace(/new URL\(("\.[^"]+)\.ts", import\.meta\.url\)/g, 'new URL($1.js", import.meta.url)'),
};

/**
 * Module by module instead of bundled: a stack trace names the file that a reader finds, and files
 * that are loaded by address (worker threads, data) lie where their sources do.
 */
function library(folder: string): UserConfig {
  return {
    name: folder,
    cwd: folder,
    entry: ["src/**/*.ts"],
    unbundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    fixedExtension: false,
    dts: true,
    clean: true,
    logLevel: "warn",
    // TypeScript 7 calls its programming interface experimental, which is a warning on every build.
    failOnWarn: false,
    checks: { pluginTimings: false },
    deps: { neverBundle: true },
    plugins: [builtAddresses],
  };
}

export default defineConfig(readdirSync("packages").map((name) => library(`packages/${name}`)));
