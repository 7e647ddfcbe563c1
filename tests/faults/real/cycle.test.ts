import { expect, test } from "vitest";
import { runCycle } from "./cycle.ts";

test.each([1, 2])(
  "R3, D1: a real server killed with -9 while it streams loses nothing (%i)",
  async (seed) => expect((await runCycle(seed)).problems).toEqual([]),
  120_000,
);
