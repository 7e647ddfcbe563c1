import { expect, test } from "vitest";
import { createClient, memoryStorage } from "@throughline/client";
import { virtualClock } from "@throughline/testing";
import { ClientPool } from "../src/client-pool.ts";

/** A network that never answers. */
class NoSocket {
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  send(): void {}
  close(): void {}
}
const never = (): Promise<Response> => new Promise(() => {});

const URL_A = "http://a.example";

test("one client for equal options, disconnected a second after the last has let go", async () => {
  const clock = virtualClock();
  let made = 0;
  const pool = new ClientPool(({ url }) => {
    made += 1;
    return createClient({ url, storage: memoryStorage(), system: { clock, WebSocket: NoSocket, fetch: never } });
  }, clock);
  const { client, hold } = pool.get({ url: URL_A });
  const again = (): boolean => pool.get({ url: URL_A }).client === client;
  const [first, second] = [hold(), hold()];
  client.connect();
  expect(again()).toBe(true);
  expect(pool.get({ url: URL_A, name: "Ada" }).client).not.toBe(client);
  first();
  await clock.advance(5_000);
  expect(again()).toBe(true);
  // As StrictMode does: taken away and put back.
  second();
  const third = hold();
  await clock.advance(5_000);
  expect(client.connection.get().state).not.toBe("disconnected");
  third();
  await clock.advance(1_000);
  expect(client.connection.get().state).toBe("disconnected");
  expect(again()).toBe(false);
  // As React does with what it had only hidden.
  hold();
  expect(client.connection.get().state).not.toBe("disconnected");
  client.close();
  expect(made).toBe(3);
});
