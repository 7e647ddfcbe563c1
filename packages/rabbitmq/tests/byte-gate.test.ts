import { expect, test } from "vitest";
import { ByteGate } from "../src/bridge/byte-gate.ts";

function gate(most: number) {
  const admitted: string[] = [];
  return { admitted, gate: new ByteGate<string>({ most, admit: (item) => admitted.push(item) }) };
}

test("lets in as many bytes as may be inside, in order, and more as some leave", () => {
  const { admitted, gate: door } = gate(10);
  for (const [item, bytes] of [
    ["a", 6],
    ["b", 4],
    ["c", 5],
    ["d", 1],
  ] as const) {
    door.add(item, bytes);
  }
  // The small one behind the large one waits too: the order holds.
  expect(admitted).toEqual(["a", "b"]);
  door.left(4);
  expect(admitted).toEqual(["a", "b"]);
  door.left(6);
  expect(admitted).toEqual(["a", "b", "c", "d"]);
});

test("lets one in that is larger than all that may be inside, alone", () => {
  const { admitted, gate: door } = gate(10);
  door.add("small", 1);
  door.add("huge", 100);
  door.add("next", 1);
  expect(admitted).toEqual(["small"]);
  door.left(1);
  expect(admitted).toEqual(["small", "huge"]);
  door.left(100);
  expect(admitted).toEqual(["small", "huge", "next"]);
});

test("what leaves while it is let in makes room for the next", () => {
  const admitted: number[] = [];
  const door: ByteGate<number> = new ByteGate({
    most: 1,
    admit: (item) => {
      admitted.push(item);
      door.left(1);
    },
  });
  for (let item = 0; item < 5; item++) door.add(item, 1);
  expect(admitted).toEqual([0, 1, 2, 3, 4]);
});
