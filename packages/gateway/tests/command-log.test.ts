import { expect, test } from "vitest";
import { CommandLog } from "../src/runs/stored/command-log.ts";

const KEY = "commands/default/t";
const nothing = () => ({ records: [], controls: [] });

function valueIn({ controls }: { controls: readonly { value: string | null }[] }): unknown {
  return JSON.parse(controls[0]?.value ?? "null");
}

test("R4: a batch tells of the commands stored before it, and of none that was refused", () => {
  const log = new CommandLog(KEY, JSON.stringify([["a", "r1"]]));
  const refused = log.noting("b", "r2")(nothing)(1);
  const later = log.noting("c", "r3")(nothing);
  expect(valueIn(refused)).toEqual([
    ["a", "r1"],
    ["b", "r2"],
  ]);
  expect(log.find("b")).toBeUndefined();
  const stored = later(1);
  expect(valueIn(stored)).toEqual([
    ["a", "r1"],
    ["c", "r3"],
  ]);
  stored.stored?.();
  expect([log.find("a"), log.find("b"), log.find("c")]).toEqual(["r1", undefined, "r3"]);
});

test("A3: only so many commands are remembered, the latest ones", () => {
  const log = new CommandLog(KEY, undefined);
  for (let n = 0; n < 200; n++) log.noting(`c${n}`, "r")(nothing)(1).stored?.();
  expect([log.find("c71"), log.find("c72"), log.find("c199")]).toEqual([undefined, "r", "r"]);
  expect(valueIn(log.noting("c", "r")(nothing)(1))).toHaveLength(128);
});
