import { describe, expect, it } from "vitest";
import { Bench, bytes, put, readAll, type StoreUnderTest } from "../fixture.ts";

/** L1, L2: what was acknowledged is there after kill -9. Only for stores whose place can crash. */
export function crashes(store: StoreUnderTest): void {
  if (store.canCrash !== true) return;
  describe("crash", () => {
    it("L1: what was acknowledged is there, and seqs go on under the same epoch", async () => {
      await using bench = await Bench.open(store);
      await bench.log.append({
        appends: [{ stream: "a", records: bytes("1", "2"), create: {} }],
        controls: [{ key: "k", value: "v" }],
        producer: { id: "p", epoch: 1, n: 1 },
      });
      const before = await bench.log.info("a");
      await bench.crash();
      expect(bench.log.recovery.unclean).toBe(true);
      expect(bench.log.recovery.epochsChanged).toBe(false);
      expect(await bench.log.info("a")).toEqual(before);
      expect(await readAll(bench.log, "a")).toEqual(["1", "2"]);
      expect(await bench.log.control("k")).toBe("v");
      const retry = { appends: [{ stream: "a", records: bytes("1", "2") }], producer: { id: "p", epoch: 1, n: 1 } };
      expect((await bench.log.append(retry)).duplicate).toBe(true);
      expect((await put(bench.log, "a", "3")).appended).toMatchObject([{ first: 3, epoch: before?.epoch }]);
    });

    it("L3: what was not acknowledged is there whole or not at all", async () => {
      await using bench = await Bench.open(store);
      await put(bench.log, "a", "1");
      void bench.log.append({
        appends: [
          { stream: "a", records: bytes("2") },
          { stream: "b", records: bytes("x", "y"), create: {} },
        ],
        controls: [{ key: "k", value: "v" }],
      });
      await bench.crash();
      const whole = (await bench.log.control("k")) === "v";
      expect((await bench.log.info("b"))?.head).toBe(whole ? 2 : undefined);
      expect(await readAll(bench.log, "a")).toEqual(whole ? ["1", "2"] : ["1"]);
    });
  });
}
