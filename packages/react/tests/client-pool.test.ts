import { expect, test } from "vitest";
import { type Client, createClient, memoryStorage, type TokenProvider } from "@throughline/client";
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

/** A pool of clients that go nowhere, and what each was made to ask for its tokens. */
function poolWithTokens() {
  const clock = virtualClock();
  const asking = new Map<Client, TokenProvider>();
  const pool = new ClientPool(({ url, token }) => {
    const client = createClient({
      url,
      storage: memoryStorage(),
      system: { clock, WebSocket: NoSocket, fetch: never },
    });
    if (typeof token === "function") asking.set(client, token);
    return client;
  }, clock);
  const tokenOf = (client: Client) => asking.get(client)?.();
  return { clock, pool, tokenOf };
}

const ada = () => Promise.resolve("ada");
const bob = () => Promise.resolve("bob");

test("two functions that give tokens are two people, unless they are said to be the same", () => {
  const { pool } = poolWithTokens();
  const one = pool.get({ url: URL_A, token: ada });
  // As under a `key` that changes: one is let go and the other held at once.
  one.hold()();
  expect(pool.get({ url: URL_A, token: bob }).client).not.toBe(one.client);
  expect(pool.get({ url: URL_A, token: ada }).client).toBe(one.client);
  const known = pool.get({ url: URL_A, token: ada, identity: "ada" });
  expect(known.client).not.toBe(one.client);
  expect(pool.get({ url: URL_A, token: bob, identity: "ada" }).client).toBe(known.client);
  expect(pool.get({ url: URL_A, token: ada, identity: "bob" }).client).not.toBe(known.client);
});

test("whoever came last of those that hold a client is asked for its tokens, and nobody once all have gone", async () => {
  const { clock, pool, tokenOf } = poolWithTokens();
  const late = () => Promise.resolve("later of ada");
  const { client, hold } = pool.get({ url: URL_A, token: ada, identity: "ada" });
  expect(await tokenOf(client)).toBe("ada");
  const first = hold(ada);
  const second = hold(late);
  expect(await tokenOf(client)).toBe("later of ada");
  second();
  expect(await tokenOf(client)).toBe("ada");
  first();
  await expect(tokenOf(client)).rejects.toMatchObject({ code: "unauthenticated" });
  // What is inside a provider connects before the provider holds it.
  const asked = tokenOf(client);
  const third = hold(late);
  expect(await asked).toBe("later of ada");
  third();
  await clock.advance(1_000);
});

test("a client that was closed is given to nobody, and its end leaves the next one alone", async () => {
  const { clock, pool } = poolWithTokens();
  const options = { url: URL_A, identity: "ada" };
  const { client, hold } = pool.get(options);
  const letGo = hold();
  client.forget();
  const next = pool.get(options);
  expect(next.client).not.toBe(client);
  letGo();
  await clock.advance(1_000);
  expect(pool.get(options).client).toBe(next.client);
});
