import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { StreamLog } from "../../src/index.ts";
import type { CrashPoint } from "../../src/sqlite/hooks.ts";
import { texts } from "../../src/testing/fixture.ts";
import { type CrashPlan, recordOf } from "./crash-plan.ts";
import { Place } from "./place.ts";

const CHILD = new URL("./crash-child.ts", import.meta.url).pathname;
const SMALL = 40;
const LARGE = 600_000;

/** Runs the child until it dies. @returns the last batch it was told is durable */
function runUntilKilled(plan: CrashPlan): number {
  const flags = ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning"];
  const child = spawnSync(process.execPath, [...flags, CHILD, JSON.stringify(plan)], { encoding: "utf8" });
  expect(child.stderr).toBe("");
  expect(child.signal).toBe("SIGKILL");
  return Number(child.stdout.trim().split("\n").at(-1));
}

async function readBack(log: StreamLog, stream: string): Promise<string[]> {
  const info = await log.info(stream);
  const records: string[] = [];
  for (let after = (info?.first ?? 1) - 1; after < (info?.head ?? 0); after = (info?.first ?? 1) - 1 + records.length) {
    records.push(...texts((await log.read(stream, { after })).records));
  }
  return records;
}

/** Both streams, the control and the producer must stand at the same batch. @returns which */
async function checkWhole(log: StreamLog, bytes: number): Promise<number> {
  const n = Number((await log.control("n")) ?? 0);
  for (const stream of ["a", "b"]) {
    const info = await log.info(stream);
    expect(info?.head ?? 0).toBe(n);
    const first = info?.first ?? 1;
    const expected = Array.from({ length: n - first + 1 }, (_, i) => recordOf(stream, first + i, bytes).toString());
    expect(await readBack(log, stream)).toEqual(expected);
  }
  return n;
}

describe("kill -9", () => {
  const cases: { point: CrashPoint; times: number; bytes: number; lost: "yes" | "no" | "either" }[] = [
    { point: "written", times: 1, bytes: SMALL, lost: "yes" },
    { point: "written", times: 8, bytes: SMALL, lost: "yes" },
    { point: "committed", times: 9, bytes: SMALL, lost: "no" },
    { point: "marked", times: 9, bytes: SMALL, lost: "no" },
    { point: "checkpointing", times: 1, bytes: LARGE, lost: "either" },
    { point: "checkpointed", times: 2, bytes: LARGE, lost: "either" },
    { point: "collecting", times: 2, bytes: SMALL, lost: "either" },
    { point: "indexing", times: 1, bytes: SMALL, lost: "either" },
    { point: "closing", times: 1, bytes: SMALL, lost: "either" },
  ];

  it.each(cases)("L1 L3: acknowledged is there, unknown is whole or absent: $point, passing $times", async (one) => {
    await using place = await Place.make();
    const { point, times, bytes, lost } = one;
    const plan = { dir: place.dir, point, times, batches: 40, recordBytes: bytes, durability: "full" } as const;
    const acknowledged = runUntilKilled(plan);
    const log = await place.open();
    expect(log.recovery).toEqual({ unclean: point !== "closing", epochsChanged: false, notes: [] });
    const kept = await checkWhole(log, bytes);
    if (lost === "yes") expect(kept).toBe(acknowledged);
    if (lost === "no") expect(kept).toBe(acknowledged + 1);
    expect(kept - acknowledged).toBeOneOf([0, 1]);

    const appends = ["a", "b"].map((stream) => ({
      stream,
      records: [recordOf(stream, kept + 1, bytes)],
      create: {},
    }));
    const retry = await log.append({ appends: [], producer: { id: "child", epoch: 1, n: Math.max(kept, 1) } });
    expect(retry.duplicate).toBe(kept > 0);
    const controls = [{ key: "n", value: String(kept + 1) }];
    await log.append({ appends, controls });
    await log.close();
    expect(await checkWhole(await place.open(), bytes)).toBe(kept + 1);
  });
});
