import { expect, test } from "vitest";
import { randomFrom } from "../src/index.ts";

test("a seed gives the same numbers and UUIDs for ever: recorded seeds and made-up markets depend on it", () => {
  const random = randomFrom(1);
  expect([random.next(), random.next()]).toEqual([0.6270739405881613, 0.002735721180215478]);
  expect(random.uuid()).toBe("8ff49b6f-7726-4327-816c-43069c43a8c3");
  const same = randomFrom(1 + 2 ** 32);
  expect(same.next()).toBe(0.6270739405881613);
  expect(randomFrom(2).next()).not.toBe(randomFrom(3).next());
});
