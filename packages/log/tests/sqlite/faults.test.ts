import Sqlite from "better-sqlite3";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CEILING_BYTES, SLICE_BYTES } from "../../src/sqlite/checkpointer.ts";
import { bytes, put, readAll } from "../../src/testing/fixture.ts";
import type { CrashPlan } from "./crash-plan.ts";
import { Place } from "./place.ts";

const CHILD = new URL("./crash-child.ts", import.meta.url).pathname;
const FLAGS = ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning"];

function codesOf(settled: readonly PromiseSettledResult<unknown>[]): string[] {
  return settled.map((one) => (one.status === "fulfilled" ? "ok" : (one.reason as { code: string }).code));
}

describe("a full disk", () => {
  it("L5: refuses appends with storage_full, is read meanwhile, and recovers by itself", async () => {
    await using place = await Place.make();
    const log = await place.open({ hotBytes: 0 });
    await put(log, "a", "1");
    place.hooks.limitPages(1);
    const refused = await Promise.allSettled([put(log, "a", "x".repeat(50_000)), put(log, "b", "y".repeat(50_000))]);
    expect(codesOf(refused)).toEqual(["storage_full", "storage_full"]);
    expect(log.health()).toMatchObject({ writable: false, code: "storage_full", queuedBytes: 0 });
    expect(await readAll(log, "a")).toEqual(["1"]);
    expect(await log.info("b")).toBeUndefined();

    place.hooks.limitPages(0);
    expect((await put(log, "a", "2")).appended).toMatchObject([{ first: 2 }]);
    expect(log.health()).toMatchObject({ writable: true });
    await log.close();
    expect(await readAll(await place.open(), "a")).toEqual(["1", "2"]);
  });

  it("L5: finds out without an append that there is room again", async () => {
    await using place = await Place.make();
    const log = await place.open();
    place.hooks.limitPages(1);
    await expect(put(log, "a", "x".repeat(50_000))).rejects.toMatchObject({ code: "storage_full" });
    place.hooks.limitPages(0);
    place.clock.advance(1_000);
    // Queued behind the probe, and nothing to write itself.
    await log.delete("none");
    expect(log.health()).toMatchObject({ writable: true });
  });
});

describe("a disk that fails to sync", () => {
  it("L1: acknowledges nothing more until the log is opened again", async () => {
    await using place = await Place.make();
    const log = await place.open({ hotBytes: 0 });
    await put(log, "a", "1");
    place.hooks.failSync();
    const tries = await Promise.allSettled([put(log, "a", "2"), put(log, "a", "3")]);
    expect(codesOf(tries)).toEqual(["unavailable", "unavailable"]);
    expect(log.health()).toMatchObject({ writable: false, code: "unavailable" });
    await expect(put(log, "a", "4")).rejects.toMatchObject({ code: "unavailable" });
    expect(await readAll(log, "a")).toEqual(["1"]);
    await log.close();

    await using mended = await Place.at(place);
    const again = await mended.open();
    expect(again.recovery).toMatchObject({ unclean: true, epochsChanged: false });
    expect(await readAll(again, "a")).toEqual(["1"]);
    expect((await put(again, "a", "next")).appended).toMatchObject([{ first: 2 }]);
  });
});

describe("the data folder", () => {
  it("is used by one log at a time", async () => {
    await using place = await Place.make();
    const log = await place.open();
    await expect(place.open()).rejects.toMatchObject({ code: "unavailable", message: /in use/ });
    const durability = "full";
    const plan: CrashPlan = { dir: place.dir, point: "written", times: 9, batches: 1, recordBytes: 9, durability };
    const other = spawnSync(process.execPath, [...FLAGS, CHILD, JSON.stringify(plan)], { encoding: "utf8" });
    expect(other.stderr).toMatch(/in use by another server/);
    expect(other.status).toBe(1);
    await put(log, "a", "1");
    await log.close();
    expect(await readAll(await place.open(), "a")).toEqual(["1"]);
  });

  it("holds nothing but the log when closed", async () => {
    await using place = await Place.make();
    const log = await place.open();
    await put(log, "a", "1");
    await log.close();
    expect(readdirSync(place.dir).sort()).toEqual(["index.db", "lock.db", "log.db", "mark"]);
  });
});

describe("a stop of the operating system", () => {
  /** A log that was killed, as another boot of the machine finds it. */
  async function killed(durability: "full" | "os"): Promise<Place> {
    const place = await Place.make();
    const plan: CrashPlan = { dir: place.dir, point: "marked", times: 3, batches: 9, recordBytes: 9, durability };
    expect(spawnSync(process.execPath, [...FLAGS, CHILD, JSON.stringify(plan)]).signal).toBe("SIGKILL");
    return place;
  }

  async function reboot(place: Place): Promise<void> {
    const db = new Sqlite(place.file("log.db"));
    const { state } = db.prepare("SELECT state FROM session").get() as { state: string };
    const { sealValue } = await import("../../src/sqlite/rows.ts");
    const sealed = sealValue({ ...JSON.parse(state), bootId: "another boot" });
    db.prepare("UPDATE session SET state = ?, crc = ?").run(sealed.state, sealed.crc);
    db.close();
  }

  it.each([
    { durability: "os", rebooted: true, changed: true },
    { durability: "os", rebooted: false, changed: false },
    { durability: "full", rebooted: true, changed: false },
  ] as const)("L2: $durability, rebooted: $rebooted → epochs changed: $changed", async (one) => {
    await using place = await killed(one.durability);
    if (one.rebooted) await reboot(place);
    const log = await place.open({ durability: one.durability });
    expect(log.recovery).toMatchObject({ unclean: true, epochsChanged: one.changed });
    expect(log.recovery.notes).toHaveLength(one.changed ? 1 : 0);
    expect(await log.info("a")).toMatchObject({ head: 3 });
  });
});

describe("the write-ahead log", () => {
  it("L5: has a ceiling, whatever is written and read at once", async () => {
    await using place = await Place.make();
    const log = await place.open({ hotBytes: 0, durability: "os" });
    const record = new Uint8Array(128 * 1024);
    let largest = 0;
    let reading = true;
    const reader = (async () => {
      for (let after = 0; reading; after += 1) {
        const head = (await log.info("s0"))?.head ?? 0;
        if (head > 0) await log.read("s0", { after: after % head, maxBytes: 4_000_000 });
      }
    })();
    for (let round = 0; round < 60; round += 1) {
      const appends = Array.from({ length: 16 }, (_, i) => ({ stream: `s${i}`, records: [record], create: {} }));
      await log.append({ appends: appends.slice(0, 8) });
      await log.append({ appends: appends.slice(8) });
      largest = Math.max(largest, statSync(place.file("log.db-wal")).size);
    }
    reading = false;
    await reader;
    expect(largest).toBeGreaterThan(SLICE_BYTES);
    expect(largest).toBeLessThan(CEILING_BYTES + 2 * SLICE_BYTES);
  });
});

describe("deletion", () => {
  const SECRET = "what nobody may find again";

  function findings(place: Place): string[] {
    return readdirSync(place.dir).filter((name) => readFileSync(place.file(name)).includes(SECRET));
  }

  it("L6: is complete: no file holds what was deleted or trimmed", async () => {
    await using place = await Place.make();
    const log = await place.open();
    await put(log, "a", ...Array.from({ length: 50 }, (_, i) => `${i} ${SECRET}`));
    await put(log, "b", `1 ${SECRET}`, `2 ${SECRET}`, "3 kept");
    for (let i = 0; i < 300; i += 1) void put(log, "c", `${i} ${SECRET}`);
    await put(log, "c", "last");
    await log.append({ appends: [], controls: [{ key: "k", value: SECRET }] });
    expect(readFileSync(place.file("log.db-wal")).includes(SECRET)).toBe(true);
    await log.trim("b", 2);
    await log.trim("c", 300);
    await log.delete("a");
    await log.append({ appends: [], controls: [{ key: "k", value: null }] });
    await log.close();
    expect(findings(place)).toEqual([]);
    const again = await place.open();
    expect(await readAll(again, "b")).toEqual(["3 kept"]);
    expect(await readAll(again, "c")).toEqual(["last"]);
  });

  it("L6: leaves a fork what it shares, and no more", async () => {
    await using place = await Place.make();
    const log = await place.open();
    await put(log, "a", "common 1", "common 2", `3 ${SECRET}`, `4 ${SECRET}`);
    await log.fork("a", "b", { at: 2 });
    await log.fork("a", "c", { at: 3 });
    await log.delete("a");
    await log.delete("c");
    await log.close();
    expect(findings(place)).toEqual([]);
    const again = await place.open();
    expect(await readAll(again, "b")).toEqual(["common 1", "common 2"]);
    await again.delete("b");
    await again.close();
    expect(readFileSync(place.file("log.db")).includes("common")).toBe(false);
    const db = new Sqlite(place.file("log.db"));
    const rows = ["chunks", "streams", "shared", "garbage"].map((table) =>
      db.prepare(`SELECT count(*) AS n FROM ${table}`).get(),
    );
    db.close();
    expect(rows).toEqual([{ n: 0 }, { n: 0 }, { n: 0 }, { n: 0 }]);
  });

  it("L6: goes on where a closing left it", async () => {
    await using place = await Place.make();
    const log = await place.open({ durability: "os" });
    for (let i = 0; i < 9_000; i += 1) {
      await log.append({ appends: [{ stream: "a", records: bytes(`${i} ${SECRET}`), create: {} }] });
      if (i % 500 === 0) await put(log, "b", "kept");
    }
    await log.delete("a");
    await log.close();
    // Each opening and closing collects a bounded part.
    for (let i = 0; i < 3; i += 1) await (await place.open()).close();
    expect(findings(place)).toEqual([]);
    expect(await readAll(await place.open(), "b")).toHaveLength(18);
  });
});
