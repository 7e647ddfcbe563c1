#!/usr/bin/env node
import { defineCommand, runMain } from "citty";
import { start } from "./cli/start.ts";
import manifest from "../package.json" with { type: "json" };

const main = defineCommand({
  meta: {
    name: "throughline",
    version: manifest.version,
    description: "The realtime server between AI agents and people",
  },
  subCommands: { start },
});

await runMain(main);
