import { systemClock, systemRandom } from "@throughline/gateway";
import { defineCommand } from "citty";
import { startServer } from "../server/start-server.ts";
import { createLogger } from "../server/logger.ts";
import { supervise } from "../server/supervise.ts";
import { loadConfigFile } from "../settings/config-file.ts";
import { readSettings, type ReadSettings } from "../settings/read-settings.ts";
import { givenFlags, settingFlags } from "./flags.ts";
import { reportFailure } from "./failure.ts";

/** `throughline start`: serves until it is told to stop. */
export const start = defineCommand({
  meta: { name: "start", description: "Serve agents, their threads and the console" },
  args: {
    ...settingFlags,
    config: { type: "string", description: "config file (default throughline.config.ts, when there is one)" },
  },
  run: ({ args }) => serve(args).catch(reportFailure),
});

async function serve(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { settings, warnings } = await settingsOf(args);
  const logger = createLogger({
    level: settings.logLevel,
    // Standard output is for the one line that programs wait for.
    write: (line) => process.stderr.write(line),
    readable: process.stderr.isTTY,
  });
  for (const warning of warnings) logger.warn(warning);
  const server = await startServer(settings, { clock: systemClock, random: systemRandom, logger });
  supervise({ process, clock: systemClock, logger, stop: () => server.stop() });
  process.stdout.write(`throughline listening on ${server.url}\n`);
}

async function settingsOf(args: Readonly<Record<string, unknown>>): Promise<ReadSettings> {
  const flags = givenFlags(args, ["config"]);
  const named = typeof args["config"] === "string" ? args["config"] : undefined;
  const file = await loadConfigFile(process.cwd(), named);
  return readSettings({ flags, env: process.env, file });
}
