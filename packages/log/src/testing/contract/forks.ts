import { describe, expect, it } from "vitest";
import { Bench, bytes, put, readAll, type StoreUnderTest } from "../fixture.ts";

/** L6: a fork keeps what it shares, and only that. */
export function forks(store: StoreUnderTest): void {
  describe("fork", () => {
    it("shares the records so far, then goes its own way", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2", "3");
      const fork = await bench.log.fork("a", "b", { at: 2, metadata: { from: "a" } });
      expect(fork).toMatchObject({ name: "b", head: 2, first: 1, closed: false, metadata: { from: "a" } });
      await put(bench.log, "b", "b3");
      await put(bench.log, "a", "4");
      await bench.reopen();
      expect(await readAll(bench.log, "b")).toEqual(["1", "2", "b3"]);
      expect(await readAll(bench.log, "a")).toEqual(["1", "2", "3", "4"]);
      expect((await bench.log.info("a"))?.epoch).not.toBe(fork.epoch);
    });

    it("takes the whole source when not told where, in the same turn too", async () => {
      await using bench = await Bench.open(store);
      const [, fork] = await Promise.all([
        put(bench.log, "a", "1", "2"),
        bench.log.fork("a", "b"),
        put(bench.log, "a", "3"),
      ]);
      expect(fork.head).toBe(2);
      expect(await readAll(bench.log, "b")).toEqual(["1", "2"]);
    });

    it("refuses what it cannot share", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2", "3");
      await bench.log.trim("a", 2);
      await expect(bench.log.fork("none", "b")).rejects.toMatchObject({ code: "not_found" });
      await expect(bench.log.fork("a", "a")).rejects.toMatchObject({ code: "stream_exists" });
      await expect(bench.log.fork("a", "b", { at: 1 })).rejects.toMatchObject({
        code: "trimmed",
        details: { first: 3 },
      });
      await expect(bench.log.fork("a", "b", { at: 4 })).rejects.toMatchObject({ code: "invalid_input" });
      expect(await bench.log.fork("a", "b", { at: 2 })).toMatchObject({ head: 2, first: 3 });
      await put(bench.log, "b", "own");
      expect(await readAll(bench.log, "b")).toEqual(["own"]);
    });

    it("L6: keeps what it shares when the source is trimmed or deleted", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2", "3", "4");
      await bench.log.fork("a", "b", { at: 3 });
      await bench.log.trim("a", 2);
      expect(await readAll(bench.log, "b")).toEqual(["1", "2", "3"]);
      await bench.log.delete("a");
      expect(await readAll(bench.log, "b")).toEqual(["1", "2", "3"]);
      await bench.reopen();
      expect(await readAll(bench.log, "b")).toEqual(["1", "2", "3"]);
      expect((await put(bench.log, "b", "next")).appended).toMatchObject([{ first: 4 }]);
      await put(bench.log, "a", "another a");
      expect(await readAll(bench.log, "b")).toEqual(["1", "2", "3", "next"]);
    });

    it("L6: the source keeps its records when the fork is trimmed or deleted", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2", "3");
      await bench.log.fork("a", "b");
      await bench.log.trim("b", 2);
      await bench.log.delete("b");
      await bench.reopen();
      expect(await readAll(bench.log, "a")).toEqual(["1", "2", "3"]);
    });

    it("L6: forks of forks outlive their ancestors", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "a1", "a2");
      await bench.log.fork("a", "b");
      await put(bench.log, "b", "b3", "b4");
      await bench.log.fork("b", "c", { at: 3 });
      await bench.log.fork("b", "d", { at: 1 });
      await put(bench.log, "c", "c4");
      await bench.log.delete("b");
      await bench.log.delete("a");
      await bench.reopen();
      expect(await readAll(bench.log, "c")).toEqual(["a1", "a2", "b3", "c4"]);
      expect(await readAll(bench.log, "d")).toEqual(["a1"]);
    });

    it("reads across the border in pages", async () => {
      await using bench = await Bench.open(store, { hotBytes: 0 });
      await put(bench.log, "a", "1", "2", "3");
      await bench.log.fork("a", "b", { at: 2 });
      await bench.log.append({ appends: [{ stream: "b", records: bytes("3'", "4'") }] });
      const page = await bench.log.read("b", { after: 1, maxRecords: 2 });
      expect(page.records.map((record) => Buffer.from(record).toString())).toEqual(["2", "3'"]);
      expect(page.head).toBe(4);
    });
  });
}
