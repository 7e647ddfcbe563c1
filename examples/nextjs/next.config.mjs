import path from "node:path";

/** Only within this repository: its packages are taken from their sources. */
export default {
  // Where server.ts listens; Next itself only expects "localhost".
  allowedDevOrigins: ["127.0.0.1"],
  outputFileTracingRoot: path.join(import.meta.dirname, "../.."),
  transpilePackages: ["@throughline/client", "@throughline/protocol", "@throughline/react"],
  /** @param {{ resolve: { conditionNames?: string[] } }} config */
  webpack: (config) => {
    config.resolve.conditionNames = ["@throughline/source", "..."];
    return config;
  },
};
