import { expect, test } from "vitest";
import { createClient, memoryStorage } from "@throughline/client";
import { virtualClock } from "@throughline/testing";
import { ClientPool } from "../src/client-pool.ts";

const URL_A = "http://a.example";

test("one client for equal options, closed a second after the last has let go", async () => {
  const clock = virtualClock();
  let made = 0;
  const pool = new ClientPool(({ url }) => {
    made += 1;
    return createClient({ url, storage: memoryStorage(), system: { clock } });
  }, clock);
  const client = pool.get({ url: URL_A });
  const [first, second] = [pool.hold({ url: URL_A }), pool.hold({ url: URL_A })];
  expect(pool.get({ url: URL_A })).toBe(client);
  expect(pool.get({ url: URL_A, name: "Ada" })).not.toBe(client);
  first();
  await clock.advance(5_000);
  expect(pool.get({ url: URL_A })).toBe(client);
  // As StrictMode does: taken away and put back.
  second();
  const third = pool.hold({ url: URL_A });
  await clock.advance(5_000);
  expect(pool.get({ url: URL_A })).toBe(client);
  third();
  await clock.advance(1_000);
  await expect(client.thread("t").stop()).rejects.toMatchObject({ code: "client_closed" });
  expect(pool.get({ url: URL_A })).not.toBe(client);
  expect(made).toBe(3);
});
