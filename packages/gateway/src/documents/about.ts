import { createRequire } from "node:module";

const manifest = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

/** What both documents say of the server. */
export const ABOUT = {
  title: "Throughline",
  version: manifest.version,
  description:
    "The realtime server between AI agents and the people who watch and steer them: one durable, ordered " +
    "stream of AG-UI events per thread, followed and steered through any of its addresses.",
  license: { name: "MIT", url: "https://opensource.org/license/mit" },
} as const;
