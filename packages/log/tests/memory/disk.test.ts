import fc from "fast-check";
import { randomFrom } from "@throughline/protocol";
import { describe, expect, it } from "vitest";
import { createMemoryLog, memoryDisk, type MemoryDisk, type StreamLog, type WriteFate } from "../../src/index.ts";
import { heard, put, readAll } from "../../src/testing/fixture.ts";
import { suiteClock } from "../../src/testing/system.ts";
import type { TailEvent } from "../../src/index.ts";

const random = randomFrom(1);

function open(disk: MemoryDisk): StreamLog {
  return createMemoryLog({ clock: suiteClock(), random, disk });
}

async function codeOf(append: Promise<unknown>): Promise<string> {
  return append.then(
    () => "ok",
    (error: unknown) => (error as { code: string }).code,
  );
}

/** A disk on which each write meets the next of these fates, then `ok`. */
function fated(...fates: WriteFate[]): MemoryDisk {
  return memoryDisk({ fate: () => fates.shift() ?? "ok" });
}

/** A promise that tells whether it has settled, after all that could make it has happened. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe("a disk in memory", () => {
  it("L5: that is full refuses the write, and takes the next", async () => {
    const log = open(fated("ok", "full"));
    expect(await codeOf(put(log, "a", "1"))).toBe("ok");
    expect(await codeOf(put(log, "a", "lost"))).toBe("storage_full");
    expect(log.health()).toMatchObject({ writable: false, code: "storage_full" });
    expect((await put(log, "a", "2")).appended).toMatchObject([{ first: 2 }]);
    expect(log.health()).toMatchObject({ writable: true });
    expect(await readAll(log, "a")).toEqual(["1", "2"]);
  });

  it.each([
    { fate: "fail", kept: ["1"], note: /^$/ },
    { fate: "tear", kept: ["1"], note: /torn/ },
    { fate: "timeout", kept: ["1", "unknown"], note: /^$/ },
  ] as const)(
    "L1: $fate: nothing is delivered or acknowledged until it is opened again",
    async ({ fate, kept, note }) => {
      const disk = fated("ok", fate);
      const log = open(disk);
      await put(log, "a", "1");
      const before = await log.info("a");
      const events: TailEvent[] = [];
      log.tail("a", (event) => events.push(event));
      const [unknown, behind] = [put(log, "a", "unknown"), put(log, "b", "with it")];
      expect([await codeOf(unknown), await codeOf(behind)]).toEqual(["unavailable", "unavailable"]);
      expect(await codeOf(put(log, "a", "later"))).toBe("unavailable");
      expect(heard(events)).toEqual([]);
      expect(await readAll(log, "a")).toEqual(["1"]);
      await log.close();

      const again = open(disk);
      expect(again.recovery.notes.join("")).toMatch(note);
      expect(again.recovery.epochsChanged).toBe(false);
      expect(await readAll(again, "a")).toEqual(kept);
      expect((await again.info("b"))?.head).toBe(fate === "timeout" ? 1 : undefined);
      expect(await again.info("a")).toMatchObject({ epoch: before?.epoch });
    },
  );

  it("L1: that dawdles holds everything back, in order", async () => {
    const gate = Promise.withResolvers<WriteFate>();
    const log = open(memoryDisk({ fate: ({ number }) => (number === 1 ? gate.promise : "ok") }));
    const first = put(log, "a", "1");
    expect(await settles(first)).toBe(false);
    const second = put(log, "a", "2");
    expect(await settles(second)).toBe(false);
    expect(log.readHot("a", { after: 0 })).toBeUndefined();
    expect(await log.info("a")).toBeUndefined();
    gate.resolve("ok");
    await Promise.all([first, second]);
    expect(await readAll(log, "a")).toEqual(["1", "2"]);
  });

  it.each(["lost", "kept", "torn"] as const)("L1: kill -9 with a write under way, which is %s", async (inFlight) => {
    const gate = Promise.withResolvers<WriteFate>();
    const disk = memoryDisk({ fate: ({ number }) => (number === 2 ? gate.promise : "ok") });
    const dead = open(disk);
    await put(dead, "a", "1");
    const events: TailEvent[] = [];
    dead.tail("a", (event) => events.push(event));
    const unknown = put(dead, "a", "2");
    expect(await settles(unknown)).toBe(false);
    disk.crash(inFlight);
    const log = open(disk);
    expect(log.recovery).toMatchObject({ unclean: true, epochsChanged: false });
    expect(log.recovery.notes).toHaveLength(inFlight === "torn" ? 1 : 0);
    gate.resolve("ok");
    expect(await settles(unknown)).toBe(false);
    expect(await settles(put(dead, "a", "zombie"))).toBe(false);
    expect(events).toEqual([]);
    expect(await readAll(log, "a")).toEqual(inFlight === "kept" ? ["1", "2"] : ["1"]);
    expect((await put(log, "a", "next")).appended).toMatchObject([{ first: inFlight === "kept" ? 3 : 2 }]);
  });

  it("L2: a cut end changes every epoch, once", async () => {
    const disk = memoryDisk();
    const log = open(disk);
    await put(log, "a", "1");
    await put(log, "a", "2");
    const before = await log.info("a");
    await log.close();
    disk.cutTail(1);
    const cut = open(disk);
    expect(cut.recovery).toMatchObject({ unclean: false, epochsChanged: true });
    const after = await cut.info("a");
    expect(after).toMatchObject({ head: 1 });
    expect(after?.epoch).not.toBe(before?.epoch);
    expect(after?.epoch).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
    await cut.close();
    expect(await open(disk).info("a")).toEqual(after);
  });

  it("is used by one log at a time", async () => {
    const disk = memoryDisk();
    const log = open(disk);
    expect(() => open(disk)).toThrow(expect.objectContaining({ code: "unavailable" }));
    await log.close();
    await open(disk).close();
  });

  it("L1 L3: whatever the disk does, acknowledged ⊆ kept ⊆ tried, in order, batches whole", async () => {
    const fate = fc.constantFrom<WriteFate>("ok", "ok", "ok", "full", "fail", "tear", "timeout");
    const crash = fc.constantFrom("no", "lost", "kept", "torn");
    const property = fc.asyncProperty(fc.array(fc.tuple(fate, crash), { maxLength: 25 }), async (plan) => {
      const fates = plan.map(([one]) => one);
      const disk = fated(...fates);
      let log = open(disk);
      const acknowledged: string[] = [];
      const tried: string[] = [];
      for (const [i, [, end]] of plan.entries()) {
        tried.push(`${i}`);
        const append = Promise.all([put(log, "a", `${i}`), put(log, "b", `${i}`)]);
        if (end !== "no") {
          // Enough turns for the write to be under way, or through.
          await new Promise((resolve) => setImmediate(resolve));
          disk.crash(end);
          log = open(disk);
        } else if ((await codeOf(append)) === "ok") acknowledged.push(`${i}`);
        if (log.health().code === "unavailable") {
          await log.close();
          log = open(disk);
        }
      }
      const kept = (await log.info("a")) === undefined ? [] : await readAll(log, "a");
      expect(kept.filter((record) => acknowledged.includes(record))).toEqual(acknowledged);
      expect(tried.filter((record) => kept.includes(record))).toEqual(kept);
      expect((await log.info("b")) === undefined ? [] : await readAll(log, "b")).toEqual(kept);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
