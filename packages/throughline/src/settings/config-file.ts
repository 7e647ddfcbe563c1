import path from "node:path";
import { loadConfig } from "c12";
import { ThroughlineError } from "@throughline/protocol";
import type { ConfigFile } from "./table.ts";

/** Types the settings in `throughline.config.ts`: `export default defineConfig({ port: 4401 })`. */
export function defineConfig(config: ConfigFile): ConfigFile {
  return config;
}

/**
 * Loads the config file of a folder; `{}` when there is none.
 * @param file a path; absent = `throughline.config.ts` (or .js, .mjs, .json) in `folder`, if it is there
 * @throws ThroughlineError `invalid_setting` when the file is missing although named, or does not load
 */
export async function loadConfigFile(
  folder: string,
  file?: string,
): Promise<{ readonly path: string; readonly values: Readonly<Record<string, unknown>> }> {
  const configFile = file ?? "throughline.config";
  try {
    const loaded = await loadConfig<Record<string, unknown>>({
      name: "throughline",
      cwd: folder,
      configFile,
      configFileRequired: file !== undefined,
      // Settings come from one file that people can see, not from several that they forget.
      rcFile: false,
      globalRc: false,
      packageJson: false,
      dotenv: false,
      extend: false,
      giget: false,
      jitiOptions: { tryNative: true },
    });
    return { path: path.relative(folder, loaded.configFile ?? configFile), values: loaded.config };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ThroughlineError("invalid_setting", `${configFile} could not be loaded: ${reason}`, { cause });
  }
}
