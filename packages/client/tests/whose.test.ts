import { expect, test } from "vitest";
import { type Client, type ClientStorage, memoryStorage } from "../src/index.ts";
import { sharedClient } from "../src/tabs/index.ts";
import { talker } from "./support/agents.ts";
import { originOf } from "./support/tabs.ts";
import { openWorld, type World } from "./support/world.ts";

/** Says something that does not arrive, and is left without a word, as a page is that is loaded again. */
async function leaveUnsent({ server, clock }: World, client: Client): Promise<void> {
  server.offline = true;
  void client.thread("private").send("my secret");
  await clock.advance(100);
  client.disconnect();
  server.offline = false;
}

async function statusOf({ server }: World): Promise<number> {
  const { status } = await server.within(server.fetch(`${server.url}/api/v1/threads/private`));
  return status;
}

test.each(["identity", "clientId"] as const)(
  "what one %s has not sent, the next in the same tab neither sees nor sends; the first one sends it",
  async (name) => {
    await using world = await openWorld({ agents: [talker(1)] });
    const storage = memoryStorage();
    const before = world.client({ storage, [name]: "ada" });
    await leaveUnsent(world, before);
    for (const whose of [{ [name]: "bob" }, {}]) {
      const other = world.client({ storage, ...whose });
      other.connect();
      await world.clock.advance(3_000);
      expect(other.connection.get().state).toBe("connected");
      expect(other.thread("private").view.get().outgoing).toEqual([]);
      expect(other.clientId).not.toBe(before.clientId);
      other.disconnect();
    }
    expect(await statusOf(world)).toBe(404);
    const ada = world.client({ storage, [name]: "ada" });
    expect(ada.clientId).toBe(before.clientId);
    ada.connect();
    await world.until(() => ada.thread("private").view.get().outgoing[0]?.status !== "sending", "its delivery");
    expect(await statusOf(world)).toBe(200);
  },
);

test("what was not sent to one server is not sent to another", async () => {
  await using first = await openWorld();
  await using second = await openWorld({ agents: [talker(1)], seed: 2 });
  const storage = memoryStorage();
  await leaveUnsent(first, first.client({ storage, identity: "ada", url: "http://first.example" }));
  const there = second.client({ storage, identity: "ada" });
  there.connect();
  await second.clock.advance(3_000);
  expect(there.connection.get().state).toBe("connected");
  expect(await statusOf(second)).toBe(404);
});

test("forget leaves nothing of what was said in the tab, whatever became of it, and ends the client", async () => {
  await using world = await openWorld({ agents: [talker(10_000)] });
  const { storage, kept } = watchedStorage();
  const client = world.client({ storage });
  const thread = client.thread("private");
  thread.view.subscribe(() => {});
  void thread.send("runs");
  void thread.send("waits for its turn");
  void client.thread("other").send({ text: "refused", agent: "no-such-agent" });
  await world.until(() => thread.view.get().outgoing[0]?.status === "accepted", "the queue");
  world.server.offline = true;
  world.server.drop();
  void thread.send("unsent");
  await world.clock.advance(100);
  expect([...kept.values()].join("\n")).toMatch(/waits for its turn.*unsent/);
  expect([...kept.values()].join("\n")).toMatch(/refused/);
  client.forget();
  // The refusals of what was under way come later.
  await world.clock.advance(100);
  expect([...kept.keys()]).toEqual([]);
  expect(client.isClosed).toBe(true);
  expect(thread.view.get().outgoing).toEqual([]);
  world.server.offline = false;
  const next = world.client({ storage });
  expect(next.clientId).not.toBe(client.clientId);
  next.connect();
  await world.clock.advance(3_000);
  expect(next.thread("private").view.get().outgoing).toEqual([]);
});

test("forget reaches what another page has left behind, and nobody else's", async () => {
  await using world = await openWorld();
  const { storage, kept } = watchedStorage();
  await leaveUnsent(world, world.client({ storage, identity: "ada" }));
  await leaveUnsent(world, world.client({ storage, identity: "bob" }));
  world.client({ storage, identity: "ada" }).forget();
  await world.clock.advance(100);
  expect([...kept.keys()].filter((key) => key.includes("ada"))).toEqual([]);
  expect(world.client({ storage, identity: "bob" }).thread("private").view.get().outgoing).toHaveLength(1);
});

test("tabs of one browser share a connection only as the same person", async () => {
  await using world = await openWorld();
  const origin = originOf(world);
  const { origin: shared } = memoryStorage();
  const open = (identity: string): Client => {
    const storage = { tab: memoryStorage().tab, origin: shared };
    return world.client({ identity, storage }, (options) => sharedClient({ ...options, tabs: origin.open().platform }));
  };
  const [ada, again, bob] = [open("ada"), open("ada"), open("bob")];
  const watched = [ada, again, bob].map((client) => client.thread("t1").presence);
  for (const presence of watched) presence.subscribe(() => {});
  await world.until(() => watched.every((presence) => presence.get().total > 0), "who watches");
  await world.clock.advance(1_000);
  const ids = watched.map((presence) => presence.get().watchers.map(({ client_id: id }) => id));
  expect(ids).toEqual(ids.map(() => [ada.clientId, bob.clientId]));
  expect(again.clientId).toBe(ada.clientId);
  expect(bob.clientId).not.toBe(ada.clientId);
});

/** What a browser keeps of a tab, and a view of it. */
function watchedStorage(): { readonly storage: ClientStorage; readonly kept: ReadonlyMap<string, string> } {
  const kept = new Map<string, string>();
  const tab = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: string | null) => void (value === null ? kept.delete(key) : kept.set(key, value)),
  };
  return { storage: { tab, origin: memoryStorage().origin }, kept };
}
