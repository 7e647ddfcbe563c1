import { expect, test } from "vitest";
import { platformSystem } from "../src/index.ts";

test("a wait of more than 24 days is a long one, and not none at all", async () => {
  const { clock } = platformSystem();
  let isOver = false;
  const long = clock.setTimeout(() => (isOver = true), 2 ** 31);
  // What is due sooner comes sooner.
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 5));
  expect(isOver).toBe(false);
  long.cancel();
});

test("ids are version 4 UUIDs, of which no two are alike", () => {
  const { random } = platformSystem();
  const ids = Array.from({ length: 1_000 }, () => random.uuid());
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  // Every digit that is free takes every value.
  expect(new Set(ids.map((id) => id[0])).size).toBe(16);
  expect(new Set(ids.map((id) => id[19])).size).toBe(4);
});
