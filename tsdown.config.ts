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
  };
}

export default defineConfig(readdirSync("packages").map((name) => library(`packages/${name}`)));
