// Checks what a browser has to fetch of a built package before it can begin, minified and gzipped.
import { gzipSync } from "node:zlib";
import path from "node:path";
import { rolldown } from "rolldown";
import { ROOT } from "./setup.mjs";

/** Bytes at most: of what is fetched at once, and of everything that may be fetched in the end. */
const CEILINGS = {
  "packages/client/dist/index.js": { first: 12 * 1024, all: 22 * 1024 },
  "packages/client/dist/realtime/index.js": { first: 8 * 1024, all: 8 * 1024 },
};

let failed = 0;
for (const [entry, ceiling] of Object.entries(CEILINGS)) {
  const { first, all } = await sizesOf(path.join(ROOT, entry));
  const isOk = first <= ceiling.first && all <= ceiling.all;
  if (!isOk) failed += 1;
  console.log(
    `${isOk ? "ok  " : "FAIL"} ${entry}: ${first} bytes at first (at most ${ceiling.first}), ${all} in all (at most ${ceiling.all})`,
  );
}
process.exit(failed === 0 ? 0 : 1);

/**
 * @param {string} input
 * @returns {Promise<{ first: number, all: number }>}
 */
async function sizesOf(input) {
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = output.flatMap((file) => (file.type === "chunk" ? [file] : []));
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entry = chunks.find((chunk) => chunk.isEntry);
  const atOnce = new Set(entry === undefined ? [] : [entry.fileName]);
  // The set grows while it is walked: what is imported by what is imported is fetched at once, too.
  for (const name of atOnce) for (const needed of byName.get(name)?.imports ?? []) atOnce.add(needed);
  const size = (/** @type {string} */ name) => gzipSync(byName.get(name)?.code ?? "").length;
  const sum = (/** @type {Iterable<string>} */ names) => [...names].reduce((total, name) => total + size(name), 0);
  return { first: sum(atOnce), all: sum(byName.keys()) };
}
