import { describe, expect, it } from "vitest";
import type { AppendResult } from "../../stream-log.ts";
import { Bench, bytes, readAll, type StoreUnderTest } from "../fixture.ts";

const DAY_MS = 24 * 3_600_000;

/** L3: a producer's batch is applied once, in order, and only by the newest epoch. */
export function producers(store: StoreUnderTest): void {
  function send(bench: Bench, epoch: number, n: number, text: string): Promise<AppendResult> {
    return bench.log.append({
      appends: [{ stream: "a", records: bytes(text), create: {} }],
      producer: { id: "p", epoch, n },
    });
  }

  describe("producers", () => {
    it("L3: a retried batch is applied once and answered the same", async () => {
      await using bench = await Bench.open(store);
      const first = await send(bench, 1, 1, "one");
      const again = await send(bench, 1, 1, "one");
      expect(first.duplicate).toBe(false);
      expect(again).toEqual({ appended: first.appended, duplicate: true });
      expect(await readAll(bench.log, "a")).toEqual(["one"]);
    });

    it("L3: a retry in the same turn is a duplicate too", async () => {
      await using bench = await Bench.open(store);
      const [first, again] = await Promise.all([send(bench, 1, 1, "one"), send(bench, 1, 1, "one")]);
      expect([first?.duplicate, again?.duplicate]).toEqual([false, true]);
      expect(await readAll(bench.log, "a")).toEqual(["one"]);
    });

    it("L3: an older batch than the last is a duplicate without positions", async () => {
      await using bench = await Bench.open(store);
      await send(bench, 1, 1, "one");
      await send(bench, 1, 2, "two");
      expect(await send(bench, 1, 1, "one")).toEqual({ appended: [], duplicate: true });
      expect(await readAll(bench.log, "a")).toEqual(["one", "two"]);
    });

    it("L3: a gap is refused, and what fills it is taken", async () => {
      await using bench = await Bench.open(store);
      await expect(send(bench, 1, 2, "two")).rejects.toMatchObject({ code: "producer_gap" });
      await send(bench, 1, 1, "one");
      await send(bench, 1, 2, "two");
      expect(await readAll(bench.log, "a")).toEqual(["one", "two"]);
    });

    it("L3: a greater epoch fences the smaller and starts at 1", async () => {
      await using bench = await Bench.open(store);
      await send(bench, 1, 1, "old");
      await expect(send(bench, 2, 2, "too far")).rejects.toMatchObject({ code: "producer_gap" });
      await send(bench, 2, 1, "new");
      await expect(send(bench, 1, 2, "zombie")).rejects.toMatchObject({
        code: "producer_fenced",
        details: { epoch: 2 },
      });
      await expect(send(bench, 1, 1, "old")).rejects.toMatchObject({ code: "producer_fenced" });
      expect(await readAll(bench.log, "a")).toEqual(["old", "new"]);
    });

    it("L3: a batch refused for its head does not count", async () => {
      await using bench = await Bench.open(store);
      const refused = bench.log.append({
        appends: [{ stream: "a", records: bytes("x"), create: {}, expectedHead: 3 }],
        producer: { id: "p", epoch: 1, n: 1 },
      });
      await expect(refused).rejects.toMatchObject({ code: "head_mismatch" });
      expect((await send(bench, 1, 1, "one")).duplicate).toBe(false);
    });

    it("L3: a retry whose condition no longer holds is still a duplicate", async () => {
      await using bench = await Bench.open(store);
      const claim = { stream: "a", records: bytes("claim"), create: {}, expectedHead: 0 };
      const batch = { appends: [claim], producer: { id: "p", epoch: 1, n: 1 } };
      const first = await bench.log.append(batch);
      expect(await bench.log.append(batch)).toEqual({ appended: first.appended, duplicate: true });
    });

    it("L3: a producer silent for a week is forgotten; it begins anew, it never repeats", async () => {
      await using bench = await Bench.open(store);
      await send(bench, 1, 1, "one");
      bench.clock.advance(6 * DAY_MS);
      await bench.log.delete("none");
      await send(bench, 1, 2, "two");
      bench.clock.advance(6 * DAY_MS);
      // Behind the sweep in the queue.
      await bench.log.delete("none");
      await send(bench, 1, 3, "three");
      bench.clock.advance(8 * DAY_MS);
      await bench.log.delete("none");
      await expect(send(bench, 1, 4, "four")).rejects.toMatchObject({ code: "producer_gap" });
      await send(bench, 1, 1, "anew");
      expect(await readAll(bench.log, "a")).toEqual(["one", "two", "three", "anew"]);
    });

    it("L3: producers are remembered when the log is opened again", async () => {
      await using bench = await Bench.open(store);
      await send(bench, 3, 1, "one");
      const last = await send(bench, 3, 2, "two");
      await bench.reopen();
      expect(await send(bench, 3, 2, "two")).toEqual({ appended: last.appended, duplicate: true });
      await expect(send(bench, 2, 1, "zombie")).rejects.toMatchObject({ code: "producer_fenced" });
      await send(bench, 3, 3, "three");
      expect(await readAll(bench.log, "a")).toEqual(["one", "two", "three"]);
    });
  });
}
