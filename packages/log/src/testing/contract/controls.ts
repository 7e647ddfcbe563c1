import { describe, expect, it } from "vitest";
import { Bench, bytes, readAll, type StoreUnderTest } from "../fixture.ts";

/** Control records: keyed values committed with the events they belong to. */
export function controls(store: StoreUnderTest): void {
  async function set(bench: Bench, key: string, value: string | null, expect?: string | null): Promise<void> {
    await bench.log.append({ appends: [], controls: [{ key, value, ...(expect === undefined ? {} : { expect }) }] });
  }

  describe("controls", () => {
    it("are written, replaced, deleted, and survive a restart", async () => {
      await using bench = await Bench.open(store);
      await set(bench, "run/1", "queued");
      await set(bench, "run/1", "running");
      await set(bench, "run/2", "gone");
      await set(bench, "run/2", null);
      expect(await bench.log.control("run/1")).toBe("running");
      await bench.reopen();
      expect(await bench.log.control("run/1")).toBe("running");
      expect(await bench.log.control("run/2")).toBeUndefined();
    });

    it("L3: commit with their batch, and are neither numbered nor delivered", async () => {
      await using bench = await Bench.open(store);
      const told: string[] = [];
      bench.log.tail("a", (event) => told.push(event.type));
      await bench.log.append({
        appends: [{ stream: "a", records: bytes("x"), create: {} }],
        controls: [{ key: "lease/a", value: "mine", expect: null }],
      });
      expect(await bench.log.control("lease/a")).toBe("mine");
      expect(await readAll(bench.log, "a")).toEqual(["x"]);
      expect(told).toEqual(["records"]);
    });

    it("L3: expect refuses the whole batch unless the value is that", async () => {
      await using bench = await Bench.open(store);
      await set(bench, "answer/1", "yes", null);
      const late = bench.log.append({
        appends: [{ stream: "a", records: bytes("no"), create: {} }],
        controls: [{ key: "answer/1", value: "no", expect: null }],
      });
      await expect(late).rejects.toMatchObject({ code: "control_mismatch", details: { value: "yes" } });
      expect(await bench.log.info("a")).toBeUndefined();
      await set(bench, "answer/1", null, "yes");
      await expect(set(bench, "answer/1", "x", "yes")).rejects.toMatchObject({
        code: "control_mismatch",
        details: { value: null },
      });
    });

    it("L3: of those who expect the same value in one turn, the first wins", async () => {
      await using bench = await Bench.open(store);
      const settled = await Promise.allSettled(["a", "b", "c"].map((who) => set(bench, "claim", who, null)));
      expect(settled.map((one) => one.status)).toEqual(["fulfilled", "rejected", "rejected"]);
      expect(await bench.log.control("claim")).toBe("a");
    });

    it("expect sees what the batch has written before it", async () => {
      await using bench = await Bench.open(store);
      await bench.log.append({
        appends: [],
        controls: [
          { key: "k", value: "1", expect: null },
          { key: "k", value: null, expect: "1" },
          { key: "k", value: "2", expect: null },
        ],
      });
      expect(await bench.log.control("k")).toBe("2");
    });

    it("are listed by prefix in the order of their bytes, page by page", async () => {
      await using bench = await Bench.open(store);
      const keys = ["run/b", "run/", "run/a", "run", "runs/x", "run/\uffff", "run/\u{1f600}", "run/é", "ru"];
      await bench.log.append({ appends: [], controls: keys.map((key) => ({ key, value: `v:${key}` })) });
      const all = await bench.log.controls("run/");
      expect(all.map(({ key }) => key)).toEqual(["run/", "run/a", "run/b", "run/é", "run/\uffff", "run/\u{1f600}"]);
      expect(all.every(({ key, value }) => value === `v:${key}`)).toBe(true);
      const page = await bench.log.controls("run/", { after: "run/a", limit: 2 });
      expect(page.map(({ key }) => key)).toEqual(["run/b", "run/é"]);
      expect(await bench.log.controls("none")).toEqual([]);
      expect(await bench.log.controls("run/", { after: "s" })).toEqual([]);
      expect(await bench.log.controls("")).toHaveLength(keys.length);
    });

    it("take empty values and large ones", async () => {
      await using bench = await Bench.open(store);
      const large = "ü".repeat(100_000);
      await set(bench, "empty", "");
      await set(bench, "large", large);
      await bench.reopen();
      expect(await bench.log.control("empty")).toBe("");
      expect(await bench.log.control("large")).toBe(large);
    });
  });
}
