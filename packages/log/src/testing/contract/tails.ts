import { describe, expect, it } from "vitest";
import type { TailEvent } from "../../stream-log.ts";
import { Bench, bytes, heard, put, readAll, type StoreUnderTest } from "../fixture.ts";

/** L1, D1's ground: what a tail is told is what the log holds, in order, after the commit. */
export function tails(store: StoreUnderTest): void {
  describe("tail", () => {
    it("L1: tells of a commit before its append resolves, and not before the commit", async () => {
      await using bench = await Bench.open(store);
      const events: TailEvent[] = [];
      bench.log.tail("a", (event) => events.push(event));
      const append = put(bench.log, "a", "1", "2");
      expect(events).toEqual([]);
      await append;
      expect(heard(events)).toEqual(["1:1", "2:2"]);
      expect(events[0]).toMatchObject({ epoch: (await bench.log.info("a"))?.epoch });
    });

    it("L1: has no gap under many appends at once, and is what can be read", async () => {
      await using bench = await Bench.open(store);
      const events: TailEvent[] = [];
      bench.log.tail("a", (event) => events.push(event));
      const writers = Array.from({ length: 20 }, async (_, w) => {
        for (let i = 0; i < 20; i += 1) await put(bench.log, i % 3 === 0 ? "b" : "a", `${w}.${i}`);
      });
      await Promise.all(writers);
      const all = await readAll(bench.log, "a");
      expect(heard(events)).toEqual(all.map((text, i) => `${i + 1}:${text}`));
    });

    it("joined in the middle with a read, leaves nothing out", async () => {
      await using bench = await Bench.open(store, { hotBytes: 0 });
      const writing = (async () => {
        for (let i = 1; i <= 60; i += 1) await put(bench.log, "a", `${i}`);
      })();
      await put(bench.log, "a", "mine");
      const events: TailEvent[] = [];
      bench.log.tail("a", (event) => events.push(event));
      const { records } = await bench.log.read("a", { after: 0 });
      const read = records.map((record, i) => `${i + 1}:${Buffer.from(record).toString()}`);
      await writing;
      const live = heard(events).filter((line) => Number(line.split(":")[0]) > records.length);
      expect([...read, ...live]).toEqual((await readAll(bench.log, "a")).map((text, i) => `${i + 1}:${text}`));
    });

    it("hears of the end: closed, deleted, and a new beginning", async () => {
      await using bench = await Bench.open(store);
      const events: TailEvent[] = [];
      bench.log.tail("a", (event) => events.push(event));
      await put(bench.log, "a", "1");
      await bench.log.closeStream("a");
      await bench.log.closeStream("a");
      await bench.log.delete("a");
      await bench.log.delete("a");
      await put(bench.log, "a", "new");
      expect(heard(events)).toEqual(["1:1", "closed", "deleted", "1:new"]);
    });

    it("hears nothing of refused batches, duplicates and other streams", async () => {
      await using bench = await Bench.open(store);
      const events: TailEvent[] = [];
      bench.log.tail("a", (event) => events.push(event));
      const batch = {
        appends: [{ stream: "a", records: bytes("1"), create: {} }],
        producer: { id: "p", epoch: 1, n: 1 },
      };
      await bench.log.append(batch);
      await bench.log.append(batch);
      await put(bench.log, "b", "x");
      const stale = bench.log.append({ appends: [{ stream: "a", records: bytes("2"), expectedHead: 0 }] });
      await expect(stale).rejects.toMatchObject({ code: "head_mismatch" });
      expect(heard(events)).toEqual(["1:1"]);
    });

    it("stops when told to, also from within, and tells the others on", async () => {
      await using bench = await Bench.open(store);
      const first: TailEvent[] = [];
      const second: TailEvent[] = [];
      const third: TailEvent[] = [];
      const stops: (() => void)[] = [];
      bench.log.tail("a", (event) => {
        first.push(event);
        for (const stop of stops) stop();
        bench.log.tail("a", (later) => third.push(later));
      });
      stops.push(bench.log.tail("a", (event) => second.push(event)));
      await put(bench.log, "a", "1");
      expect([heard(first), heard(second), heard(third)]).toEqual([["1:1"], [], []]);
      await put(bench.log, "a", "2");
      expect([heard(first), heard(second), heard(third)]).toEqual([["1:1", "2:2"], [], ["2:2"]]);
    });

    it("is not harmed by a listener that throws, nor is the append", async () => {
      await using bench = await Bench.open(store);
      const events: TailEvent[] = [];
      bench.log.tail("a", () => {
        throw new Error("a bug of the listener's");
      });
      bench.log.tail("a", (event) => events.push(event));
      await Promise.all([put(bench.log, "a", "1"), put(bench.log, "a", "2")]);
      expect(heard(events)).toEqual(["1:1", "2:2"]);
    });
  });
}
