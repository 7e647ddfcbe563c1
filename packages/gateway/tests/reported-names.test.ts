import { expect, test } from "vitest";
import { ReportedNames } from "../src/runs/remote/reported-names.ts";

test("A3: of a run's names nothing stays stored once it has ended, however many have been forgotten", () => {
  const names = new ReportedNames("default", "request:1", "r1");
  const stored = new Set<string>();
  const apply = (writes: ReturnType<ReportedNames["writes"]>): void => {
    for (const { key, value } of writes) {
      if (value === null) stored.delete(key);
      else stored.add(key);
    }
  };
  for (let report = 0; report < 256 * 256; report += 1) {
    names.add(String(report));
    if (report % 256 === 255) apply(names.writes());
  }
  expect(stored.size).toBe(256);
  // The one that makes the oldest be forgotten is stored with the run's end, and no sooner.
  names.add("last");
  expect(names.has("0")).toBe(false);
  apply(names.removal());
  expect([...stored]).toEqual([]);
});
