import { readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/**
 * Module by module instead of bundled: a stack trace names the file that a reader finds, and files
 * that are loaded by address (worker threads, data) lie where their sources do.
 */
function library(folder: string): UserConfig {
  return {
    name: folder,
    cwd: folder,
    entry: ["src/**/*.{ts,tsx}"],
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
    // Entries that are for a browser begin with "use client", which stays where it is, module by module.
    checks: { pluginTimings: false, moduleLevelDirective: false },
    deps: { neverBundle: true },
  };
}

export default defineConfig(readdirSync("packages").map((name) => library(`packages/${name}`)));
