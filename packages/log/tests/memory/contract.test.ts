import { createMemoryLog, memoryDisk } from "../../src/index.ts";
import { streamLogContract } from "../../src/testing/index.ts";

streamLogContract({
  name: "memory",
  canCrash: true,
  place: async () => {
    const disk = memoryDisk();
    return {
      open: async (options) => createMemoryLog({ ...options, disk }),
      crash: async () => disk.crash(),
      remove: async () => {},
    };
  },
});
