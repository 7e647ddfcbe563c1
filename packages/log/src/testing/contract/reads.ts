import { describe, expect, it } from "vitest";
import type { ReadOptions, ReadResult } from "../../stream-log.ts";
import { Bench, put, texts, type StoreUnderTest } from "../fixture.ts";

/** L5: reads from memory and from the store give the same. */
export function reads(store: StoreUnderTest): void {
  const WINDOWS: ReadOptions[] = [
    { after: 0 },
    { after: 3 },
    { after: 0, maxRecords: 2 },
    { after: 1, maxBytes: 7 },
    { after: 4, maxBytes: 1 },
    { after: 2, maxRecords: 3, maxBytes: 9 },
    { after: 10 },
    { after: 15 },
  ];

  function plain(result: ReadResult | undefined): unknown {
    return result === undefined ? undefined : { ...result, records: texts(result.records) };
  }

  async function fill(bench: Bench): Promise<void> {
    for (let i = 0; i < 10; i += 1) await put(bench.log, "a", "x".repeat(i));
  }

  describe("read", () => {
    it("L5: gives the same from memory as from the store, whatever the window", async () => {
      await using hot = await Bench.open(store);
      await using cold = await Bench.open(store, { hotBytes: 0 });
      await fill(hot);
      await fill(cold);
      const fromMemory = WINDOWS.map((window) => hot.log.readHot("a", window));
      expect(cold.log.readHot("a", { after: 0 })).toBeUndefined();
      const reopened = await hot.reopen();
      for (const [i, window] of WINDOWS.entries()) {
        const fromStore = await cold.log.read("a", window);
        const again = await reopened.read("a", window);
        expect(plain({ ...fromStore, epoch: again.epoch })).toEqual(plain(fromMemory[i]));
        expect(plain(again)).toEqual(plain(fromMemory[i]));
        expect(again).toMatchObject({ first: window.after + 1, head: 10 });
      }
    });

    it("gives at least one record, whatever its size", async () => {
      await using bench = await Bench.open(store, { hotBytes: 0 });
      await put(bench.log, "a", "x".repeat(100_000), "y");
      const { records } = await bench.log.read("a", { after: 0, maxBytes: 10 });
      expect(texts(records)).toEqual(["x".repeat(100_000)]);
    });

    it("L5: a small memory keeps the newest records of every stream", async () => {
      await using bench = await Bench.open(store, { hotBytes: 4_000 });
      for (let i = 1; i <= 50; i += 1) {
        await put(bench.log, "a", `a${i}`);
        await put(bench.log, "b", `b${i}`);
      }
      expect(bench.log.readHot("a", { after: 0 })).toBeUndefined();
      expect(texts(bench.log.readHot("a", { after: 48 })?.records ?? [])).toEqual(["a49", "a50"]);
      expect(texts(bench.log.readHot("b", { after: 48 })?.records ?? [])).toEqual(["b49", "b50"]);
      const all = await bench.log.read("a", { after: 0 });
      expect(texts(all.records)).toEqual(Array.from({ length: 50 }, (_, i) => `a${i + 1}`));
    });

    it("L1: shows nothing before its commit", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      const append = put(bench.log, "a", "2");
      expect(bench.log.readHot("a", { after: 0 })).toMatchObject({ head: 1 });
      await append;
      expect(bench.log.readHot("a", { after: 0 })).toMatchObject({ head: 2 });
    });

    it("sees what was acknowledged, at once", async () => {
      await using bench = await Bench.open(store, { hotBytes: 0 });
      for (let i = 1; i <= 20; i += 1) {
        await put(bench.log, "a", `${i}`);
        expect(await bench.log.info("a")).toMatchObject({ head: i });
        expect(texts((await bench.log.read("a", { after: i - 1 })).records)).toEqual([`${i}`]);
      }
    });

    it("refuses a position that is none", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      await expect(bench.log.read("a", { after: -1 })).rejects.toMatchObject({ code: "invalid_input" });
      await expect(bench.log.read("a", { after: 0.5 })).rejects.toMatchObject({ code: "invalid_input" });
      await expect(bench.log.read("none", { after: 0 })).rejects.toMatchObject({ code: "not_found" });
    });
  });
}
