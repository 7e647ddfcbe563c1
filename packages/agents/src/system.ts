import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, ThroughlineError } from "@throughline/protocol";
import { createHttpGet, type HttpGet } from "./planner-executor/tools/http-get.ts";
import { createMarketData, type MarketData, type TextFolder } from "./market/market-data.ts";

/** Market data from the disk: what is bundled, and the CSV files in `dir` if one is given. */
export function systemMarketData(options: { readonly dir?: string } = {}): MarketData {
  const bundled = textFolder(fileURLToPath(new URL("../data", import.meta.url)));
  return createMarketData(options.dir === undefined ? { bundled } : { bundled, folder: textFolder(options.dir) });
}

/** HTTP GET over the machine's network, to the origins in `allow` only. */
export function systemHttpGet(options: { readonly clock: Clock; readonly allow: readonly string[] }): HttpGet {
  return createHttpGet({ ...options, fetch: (url, init) => fetch(url, init) });
}

/** A folder on the disk. Names come from its own listing, so none can lead out of it. */
export function textFolder(path: string): TextFolder {
  return {
    list: () =>
      readdir(path).catch((cause: unknown) => {
        throw new ThroughlineError("invalid_input", `The market data folder "${path}" cannot be read.`, { cause });
      }),
    read: (name) => readFile(join(path, name), "utf8"),
  };
}
