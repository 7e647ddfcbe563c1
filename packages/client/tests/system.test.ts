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
