import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { HotTail } from "../../src/core/hot-tail.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of this process that something holds on to, on the heap and beside it. */
function held(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const STREAMS = 500;

/** As gateways do it: records are small Buffers, and much else takes from the pool that they come from. */
function fill(hot: HotTail, records: number, size: number): void {
  const heads = new Map<string, number>();
  for (let i = 0; i < records; i += 1) {
    const name = `thread-${i % STREAMS}`;
    const seq = (heads.get(name) ?? 0) + 1;
    heads.set(name, seq);
    hot.push(name, "e1", seq, [Buffer.from(String(i).padEnd(size, "x"))]);
    for (let other = 0; other < 8; other += 1) Buffer.from("y".repeat(1_000));
  }
}

describe("the hot tail", () => {
  for (const [records, size] of [
    [20_000, 40],
    [12_000, 230],
    [2_000, 3_000],
    [300, 40_000],
  ] as const) {
    it(`L5: counts what it holds: ${records} records of ${size} bytes`, () => {
      const hot = new HotTail(Number.MAX_SAFE_INTEGER);
      const before = held();
      fill(hot, records, size);
      const holds = held() - before;
      expect(holds / hot.bytes).toBeGreaterThan(0.6);
      expect(holds / hot.bytes).toBeLessThan(1.3);
      expect(hot.read("thread-0", { after: 0 })?.records[0]?.byteLength).toBe(size);
    });
  }

  it("L5: lets go of what is beyond its bound", () => {
    const most = 2 * 1024 * 1024;
    const hot = new HotTail(most);
    const before = held();
    fill(hot, 40_000, 230);
    expect(held() - before).toBeLessThan(1.5 * most);
    expect(hot.bytes).toBeLessThanOrEqual(most);
    expect(hot.bytes).toBeGreaterThan(most / 2);
  });

  it("L5: holds nothing of what a record was cut out of", () => {
    const hot = new HotTail(Number.MAX_SAFE_INTEGER);
    const before = held();
    for (let seq = 1; seq <= 100; seq += 1) {
      hot.push("a", "e1", seq, [Buffer.alloc(1024 * 1024, seq).subarray(7, 20_007)]);
    }
    // Of 100 MiB; the last one may not have been collected yet.
    expect(held() - before).toBeLessThan(5 * 1024 * 1024);
    const { records = [] } = hot.read("a", { after: 98 }) ?? {};
    expect(records).toEqual([new Uint8Array(20_000).fill(99), new Uint8Array(20_000).fill(100)]);
  });
});
