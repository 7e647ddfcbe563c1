import { describe, expect, it } from "vitest";
import { Bench, bytes, put, readAll, type StoreUnderTest } from "../fixture.ts";

/** L2, L3: positions, atomic batches, conditions. */
export function appends(store: StoreUnderTest): void {
  describe("append", () => {
    it("L2: seqs are dense from 1, per stream", async () => {
      await using bench = await Bench.open(store);
      const first = await put(bench.log, "a", "one", "two");
      await put(bench.log, "b", "x");
      const second = await put(bench.log, "a", "three");
      expect(first.appended).toMatchObject([{ stream: "a", first: 1, last: 2 }]);
      expect(second.appended).toMatchObject([{ stream: "a", first: 3, last: 3 }]);
      expect(await readAll(bench.log, "a")).toEqual(["one", "two", "three"]);
      expect(await readAll(bench.log, "b")).toEqual(["x"]);
    });

    it("L2: appends of one turn keep the order of the calls", async () => {
      await using bench = await Bench.open(store);
      const labels = Array.from({ length: 200 }, (_, i) => `r${i}`);
      const results = await Promise.all(labels.map((label) => put(bench.log, "a", label)));
      expect(results.map((result) => result.appended[0]?.first)).toEqual(labels.map((_, i) => i + 1));
      expect(await readAll(bench.log, "a")).toEqual(labels);
    });

    it("L2: keeps every byte, also of empty records", async () => {
      await using bench = await Bench.open(store);
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const records = [every, new Uint8Array(0), every.subarray(7, 9)];
      await bench.log.append({ appends: [{ stream: "a", records, create: {} }] });
      const kept = await (await bench.reopen()).read("a", { after: 0 });
      expect(kept.records.map((record) => [...record])).toEqual(records.map((record) => [...record]));
    });

    it("refuses an append to a stream that is not there", async () => {
      await using bench = await Bench.open(store);
      const append = bench.log.append({ appends: [{ stream: "a", records: bytes("x") }] });
      await expect(append).rejects.toMatchObject({ code: "not_found" });
    });

    it("L3: a batch over several streams is applied whole", async () => {
      await using bench = await Bench.open(store);
      const result = await bench.log.append({
        appends: [
          { stream: "a", records: bytes("1"), create: {} },
          { stream: "b", records: bytes("2", "3"), create: {} },
          { stream: "a", records: bytes("4") },
        ],
        controls: [{ key: "k", value: "v" }],
      });
      expect(result.appended.map(({ stream, first, last }) => [stream, first, last])).toEqual([
        ["a", 1, 1],
        ["b", 1, 2],
        ["a", 2, 2],
      ]);
      expect(await readAll(bench.log, "a")).toEqual(["1", "4"]);
    });

    it("L3: a refused batch leaves no trace, and the others be", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "b", "0");
      const good = put(bench.log, "c", "before");
      const bad = bench.log.append({
        appends: [
          { stream: "new", records: bytes("1"), create: {} },
          { stream: "b", records: bytes("2"), expectedHead: 7 },
        ],
        controls: [{ key: "k", value: "v" }],
        producer: { id: "p", epoch: 1, n: 1 },
      });
      const later = put(bench.log, "c", "behind");
      await expect(bad).rejects.toMatchObject({ code: "head_mismatch", details: { head: 1 } });
      await good;
      await later;
      expect(await bench.log.info("new")).toBeUndefined();
      expect(await bench.log.control("k")).toBeUndefined();
      expect(await readAll(bench.log, "b")).toEqual(["0"]);
      expect(await readAll(bench.log, "c")).toEqual(["before", "behind"]);
      const retry = await bench.log.append({ appends: [], producer: { id: "p", epoch: 1, n: 1 } });
      expect(retry.duplicate).toBe(false);
    });

    it("L3: of those who append with the same expectedHead, one wins", async () => {
      await using bench = await Bench.open(store);
      const tries = Array.from({ length: 8 }, (_, i) =>
        bench.log.append({ appends: [{ stream: "a", records: bytes(`w${i}`), expectedHead: 0, create: {} }] }),
      );
      const settled = await Promise.allSettled(tries);
      expect(settled.map((one) => one.status)).toEqual(["fulfilled", ...Array.from({ length: 7 }, () => "rejected")]);
      expect(await readAll(bench.log, "a")).toEqual(["w0"]);
    });

    it("L3: expectedHead is that of the stream at its turn within the batch", async () => {
      await using bench = await Bench.open(store);
      await bench.log.append({
        appends: [
          { stream: "a", records: bytes("1"), expectedHead: 0, create: {} },
          { stream: "a", records: bytes("2"), expectedHead: 1 },
        ],
      });
      const stale = bench.log.append({
        appends: [
          { stream: "a", records: bytes("3"), expectedHead: 2 },
          { stream: "a", records: bytes("4"), expectedHead: 2 },
        ],
      });
      await expect(stale).rejects.toMatchObject({ code: "head_mismatch" });
      expect(await readAll(bench.log, "a")).toEqual(["1", "2"]);
    });

    it("applies expectedHead and create when there are no records", async () => {
      await using bench = await Bench.open(store);
      const empty = await bench.log.append({
        appends: [{ stream: "a", records: [], expectedHead: 0, create: { metadata: { kind: "t" } } }],
      });
      expect(empty.appended).toMatchObject([{ first: 1, last: 0 }]);
      expect(await bench.log.info("a")).toMatchObject({ head: 0, first: 1, metadata: { kind: "t" } });
      await put(bench.log, "a", "x");
      const stale = bench.log.append({ appends: [{ stream: "a", records: [], expectedHead: 0 }] });
      await expect(stale).rejects.toMatchObject({ code: "head_mismatch" });
    });

    it("create leaves a stream that is there as it is", async () => {
      await using bench = await Bench.open(store);
      const made = await bench.log.create("a", { metadata: { kind: "first" } });
      await bench.log.append({
        appends: [{ stream: "a", records: bytes("x"), create: { metadata: { kind: "second" } } }],
      });
      expect(await bench.log.info("a")).toEqual({ ...made, head: 1 });
    });
  });
}
