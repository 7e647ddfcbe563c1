import { describe, expect, it } from "vitest";
import { Bench, bytes, put, readAll, SWEEP_MS, type StoreUnderTest } from "../fixture.ts";

/** L2, L6: the life of a stream. */
export function streams(store: StoreUnderTest): void {
  describe("streams", () => {
    it("are created once, with metadata, and described", async () => {
      await using bench = await Bench.open(store);
      const made = await bench.log.create("a", { metadata: { kind: "chat" }, ttlMs: 60_000 });
      expect(made).toMatchObject({
        name: "a",
        head: 0,
        first: 1,
        closed: false,
        metadata: { kind: "chat" },
        ttlMs: 60_000,
      });
      expect(made.createdAt).toBe(bench.clock.now());
      expect(made.epoch).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
      await expect(bench.log.create("a")).rejects.toMatchObject({ code: "stream_exists" });
      expect(await bench.log.info("a")).toEqual(made);
      await bench.reopen();
      expect(await bench.log.info("a")).toEqual(made);
      expect(await bench.log.info("b")).toBeUndefined();
    });

    it("L2: head and epoch stay through a restart, and seqs go on", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2");
      const before = await bench.log.info("a");
      await bench.reopen();
      expect(bench.log.recovery).toEqual({ unclean: false, epochsChanged: false, notes: [] });
      expect(await bench.log.info("a")).toEqual(before);
      expect((await put(bench.log, "a", "3")).appended).toMatchObject([{ first: 3, epoch: before?.epoch }]);
    });

    it("L2: a stream made anew has another epoch and starts at 1", async () => {
      await using bench = await Bench.open(store);
      const [old] = (await put(bench.log, "a", "1", "2")).appended;
      await bench.log.delete("a");
      await expect(bench.log.read("a", { after: 0 })).rejects.toMatchObject({ code: "not_found" });
      const [fresh] = (await put(bench.log, "a", "new")).appended;
      expect(fresh?.first).toBe(1);
      expect(fresh?.epoch).not.toBe(old?.epoch);
      expect(await readAll(bench.log, "a")).toEqual(["new"]);
      await bench.reopen();
      expect(await bench.log.info("a")).toMatchObject({ epoch: fresh?.epoch, head: 1 });
      expect(await readAll(bench.log, "a")).toEqual(["new"]);
    });

    it("L2: also when deleted and made anew in one turn", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      const [, , last] = await Promise.all([
        put(bench.log, "a", "2"),
        bench.log.delete("a"),
        put(bench.log, "a", "new"),
      ]);
      expect(last.appended).toMatchObject([{ first: 1 }]);
      expect(await readAll(bench.log, "a")).toEqual(["new"]);
      expect(bench.log.readHot("a", { after: 0 })).toMatchObject({ epoch: last.appended[0]?.epoch, head: 1 });
    });

    it("L6: delete is complete, and nothing happens when there is nothing", async () => {
      await using bench = await Bench.open(store);
      await bench.log.delete("never");
      await put(bench.log, "a", "1");
      await bench.log.delete("a");
      await bench.log.delete("a");
      expect(await bench.log.info("a")).toBeUndefined();
      expect(bench.log.readHot("a", { after: 0 })).toBeUndefined();
      expect(await bench.log.list("")).toEqual([]);
      await bench.reopen();
      expect(await bench.log.info("a")).toBeUndefined();
    });

    it("L6: trim forgets the oldest, and says so to who asks for them", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2", "3", "4");
      await bench.log.trim("a", 2);
      const info = await bench.log.info("a");
      expect(info).toMatchObject({ first: 3, head: 4 });
      const early = bench.log.read("a", { after: 1 });
      await expect(early).rejects.toMatchObject({ code: "trimmed", details: { first: 3, epoch: info?.epoch } });
      expect(bench.log.readHot("a", { after: 1 })).toBeUndefined();
      expect(await readAll(bench.log, "a")).toEqual(["3", "4"]);
      await bench.log.trim("a", 1);
      expect(await bench.log.info("a")).toMatchObject({ first: 3 });
      await expect(bench.log.trim("none", 1)).rejects.toMatchObject({ code: "not_found" });
    });

    it("L6: trimmed to nothing and beyond, a stream keeps its head", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1", "2");
      await bench.log.trim("a", 99);
      await bench.reopen();
      expect(await bench.log.info("a")).toMatchObject({ first: 3, head: 2 });
      expect((await bench.log.read("a", { after: 2 })).records).toEqual([]);
      expect((await put(bench.log, "a", "3")).appended).toMatchObject([{ first: 3 }]);
      expect(await readAll(bench.log, "a")).toEqual(["3"]);
    });

    it("a closed stream takes no more records, but is read", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      await bench.log.closeStream("a");
      await bench.log.closeStream("a");
      await expect(put(bench.log, "a", "2")).rejects.toMatchObject({ code: "stream_closed" });
      await bench.log.append({ appends: [{ stream: "a", records: [], expectedHead: 1 }] });
      await bench.reopen();
      await expect(put(bench.log, "a", "2")).rejects.toMatchObject({ code: "stream_closed" });
      expect(await bench.log.info("a")).toMatchObject({ closed: true, head: 1 });
      expect(await readAll(bench.log, "a")).toEqual(["1"]);
      await expect(bench.log.closeStream("none")).rejects.toMatchObject({ code: "not_found" });
    });

    it("metadata is replaced whole", async () => {
      await using bench = await Bench.open(store);
      await bench.log.create("a", { metadata: { one: "1" } });
      await bench.log.setMetadata("a", { two: "zwei ✓" });
      await bench.reopen();
      expect((await bench.log.info("a"))?.metadata).toEqual({ two: "zwei ✓" });
      await expect(bench.log.setMetadata("none", {})).rejects.toMatchObject({ code: "not_found" });
    });

    it("are listed by prefix, by name, page by page", async () => {
      await using bench = await Bench.open(store);
      for (const name of ["t/b", "t/a", "u/x", "t/c", "t"]) await put(bench.log, name, "1", "2");
      const all = await bench.log.list("t/");
      expect(all.map(({ name, head }) => [name, head])).toEqual([
        ["t/a", 2],
        ["t/b", 2],
        ["t/c", 2],
      ]);
      expect((await bench.log.list("t/", { after: "t/a", limit: 1 })).map(({ name }) => name)).toEqual(["t/b"]);
      await bench.reopen();
      expect(await bench.log.list("t/")).toEqual(all);
    });

    it("L6: with a time to live are deleted that long after their last append", async () => {
      await using bench = await Bench.open(store);
      const told = new Promise<string>((resolve) =>
        bench.log.tail("brief", (event) => event.type === "deleted" && resolve("gone")),
      );
      await bench.log.append({ appends: [{ stream: "brief", records: bytes("x"), create: { ttlMs: 5_000 } }] });
      await put(bench.log, "lasting", "x");
      bench.clock.advance(4_000);
      await put(bench.log, "brief", "y");
      bench.clock.advance(4_500);
      // An append behind the sweep in the queue: when it is through, so is the sweep.
      await put(bench.log, "lasting", "y");
      expect(await bench.log.info("brief")).toMatchObject({ head: 2 });
      bench.clock.advance(500 + SWEEP_MS);
      expect(await told).toBe("gone");
      expect(await bench.log.info("brief")).toBeUndefined();
      expect(await bench.log.info("lasting")).toMatchObject({ head: 2 });
    });
  });
}
