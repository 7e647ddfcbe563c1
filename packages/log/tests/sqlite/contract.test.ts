import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteLog } from "../../src/index.ts";
import { streamLogContract } from "../../src/testing/index.ts";

streamLogContract(
  {
    name: "sqlite",
    place: async () => {
      const dir = await mkdtemp(join(tmpdir(), "throughline-log-"));
      return {
        open: (options) => openSqliteLog({ ...options, dir }),
        remove: () => rm(dir, { recursive: true }),
      };
    },
  },
  { modelRuns: 8 },
);
