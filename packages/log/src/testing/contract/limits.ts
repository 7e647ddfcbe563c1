import { describe, expect, it } from "vitest";
import { Bench, bytes, put, readAll, SWEEP_MS, type StoreUnderTest } from "../fixture.ts";

/** A3: every input has a bound, and every refusal a code. */
export function limits(store: StoreUnderTest): void {
  describe("bounds", () => {
    it("refuse a stream name that is empty, too long, or no clean text", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "source", "x");
      for (const name of ["", "a\nb", "a\0b", "ü".repeat(257), "a\ud800"]) {
        await expect(put(bench.log, name, "x")).rejects.toMatchObject({ code: "invalid_input" });
        await expect(bench.log.create(name)).rejects.toMatchObject({ code: "invalid_input" });
        await expect(bench.log.fork("source", name)).rejects.toMatchObject({ code: "invalid_input" });
      }
      expect((await bench.log.list("")).map((info) => info.name)).toEqual(["source"]);
    });

    it("take any other stream name", async () => {
      await using bench = await Bench.open(store);
      const names = ["ü".repeat(256), "a b", "__proto__", "../../x", "'; --", "\u{1f600}%_*"];
      for (const name of names) await put(bench.log, name, `to ${name}`);
      await bench.reopen();
      for (const name of names) {
        expect(await readAll(bench.log, name)).toEqual([`to ${name}`]);
        expect((await bench.log.list(name)).map((info) => info.name)).toEqual([name]);
      }
    });

    it("refuse bad keys, producers and times to live", async () => {
      await using bench = await Bench.open(store);
      const refused = [
        bench.log.append({ appends: [], controls: [{ key: "", value: "x" }] }),
        bench.log.append({ appends: [], controls: [{ key: "k".repeat(1_025), value: "x" }] }),
        bench.log.append({ appends: [], controls: [{ key: "k", value: "\udc00" }] }),
        bench.log.append({ appends: [], producer: { id: "p", epoch: 1, n: 0 } }),
        bench.log.append({ appends: [], producer: { id: "p", epoch: -1, n: 1 } }),
        bench.log.append({ appends: [], producer: { id: "", epoch: 1, n: 1 } }),
        bench.log.append({ appends: [{ stream: "a", records: [], expectedHead: -1 }] }),
        bench.log.create("a", { ttlMs: 0 }),
        bench.log.create("a", { metadata: { k: "\ud800" } }),
        bench.log.trim("a", -1),
      ];
      const settled = await Promise.allSettled(refused);
      expect(settled.map((one) => one.status === "rejected" && (one.reason as { code: string }).code)).toEqual(
        refused.map(() => "invalid_input"),
      );
    });

    it("refuse what is too large, whole", async () => {
      await using bench = await Bench.open(store, { maxRecordBytes: 100, maxBatchBytes: 1_000 });
      await expect(put(bench.log, "a", "x".repeat(101))).rejects.toMatchObject({ code: "payload_too_large" });
      const many = Array.from({ length: 11 }, () => "x".repeat(100));
      await expect(put(bench.log, "a", ...many)).rejects.toMatchObject({ code: "payload_too_large" });
      const control = bench.log.append({ appends: [], controls: [{ key: "k", value: "x".repeat(1_001) }] });
      await expect(control).rejects.toMatchObject({ code: "payload_too_large" });
      expect(await bench.log.info("a")).toBeUndefined();
      await put(bench.log, "a", "x".repeat(100));
    });

    it("take one record of several megabytes", async () => {
      await using bench = await Bench.open(store);
      const record = new Uint8Array(5_000_000).map((_, i) => i * 31);
      await bench.log.append({ appends: [{ stream: "a", records: [record], create: {} }] });
      await bench.reopen();
      const { records } = await bench.log.read("a", { after: 0 });
      expect(Buffer.compare(records[0] as Uint8Array, record)).toBe(0);
    });

    it("L5: hold producers back, and refuse them when they do not wait", async () => {
      await using bench = await Bench.open(store, { maxQueuedBytes: 10_000 });
      const fill = Array.from({ length: 30 }, (_, i) => put(bench.log, "a", String(i).padEnd(1_000, ".")));
      const waiting = bench.log.writable();
      let free = false;
      void waiting.then(() => (free = true));
      expect(bench.log.health().queuedBytes).toBeGreaterThan(10_000);
      const settled = await Promise.allSettled(fill);
      const refused = settled.filter((one) => one.status === "rejected");
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.map((one) => (one.reason as { code: string }).code)).toEqual(refused.map(() => "overloaded"));
      await waiting;
      expect(free).toBe(true);
      expect(bench.log.health()).toEqual({ writable: true, queuedBytes: 0 });
      expect(await readAll(bench.log, "a")).toHaveLength(settled.length - refused.length);
    });

    it("L5: a producer that awaits writable() is never refused", async () => {
      await using bench = await Bench.open(store, { maxQueuedBytes: 2_000 });
      const sent: Promise<unknown>[] = [];
      for (let i = 0; i < 100; i += 1) {
        await bench.log.writable();
        sent.push(bench.log.append({ appends: [{ stream: "a", records: bytes("x".repeat(500)), create: {} }] }));
      }
      await Promise.all(sent);
      expect(await bench.log.info("a")).toMatchObject({ head: 100 });
    });
  });

  describe("close", () => {
    it("commits what was handed in, then refuses", async () => {
      await using bench = await Bench.open(store);
      const last = put(bench.log, "a", "1");
      const closing = bench.log.close();
      await expect(put(bench.log, "a", "2")).rejects.toMatchObject({ code: "unavailable" });
      await closing;
      await last;
      await expect(bench.log.info("a")).rejects.toMatchObject({ code: "unavailable" });
      expect(bench.log.health()).toMatchObject({ writable: false, code: "unavailable" });
      await bench.log.close();
      expect(await readAll(await bench.reopen(), "a")).toEqual(["1"]);
    });

    it("leaves no timer behind", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      bench.clock.advance(SWEEP_MS);
      await put(bench.log, "a", "2");
      await bench.log.close();
      bench.clock.advance(SWEEP_MS);
      expect(bench.clock.pending).toBe(0);
    });
  });
}
