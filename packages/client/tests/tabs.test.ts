import { expect, test } from "vitest";
import "../src/carriers/http-carriers.ts";
import { backoff, type ClientOptions, type Signal, type Signals, type Transport } from "../src/index.ts";
import { sharedClient } from "../src/tabs/index.ts";
import { talker } from "./support/agents.ts";
import { originOf } from "./support/tabs.ts";
import { openWorld, type World } from "./support/world.ts";

const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];

function openTabs(world: World, transports: readonly Transport[] = TRANSPORTS) {
  const origin = originOf(world);
  return () => {
    const tab = origin.open();
    const client = world.client({ transports }, (options) => sharedClient({ ...options, tabs: tab.platform }));
    return { client, thread: client.thread("t1"), crash: () => tab.crash() };
  };
}

/** What one page's platform tells it. */
function signalsOf(): { readonly signals: Signals; tell(signal: Signal): void } {
  const listeners = new Set<(signal: Signal) => void>();
  return {
    signals: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    tell: (signal) => listeners.forEach((listener) => listener(signal)),
  };
}

const textOf = (thread: { view: { get(): any } }): string => thread.view.get().view.messages.at(-1)?.content ?? "";

test("ten tabs share one connection, show the same, and count as one who watches", async () => {
  await using world = await openWorld({ agents: [talker(20)] });
  const open = openTabs(world);
  const tabs = Array.from({ length: 10 }, open);
  for (const { thread } of tabs) {
    thread.view.subscribe(() => {});
    thread.presence.subscribe(() => {});
  }
  const sent = tabs[7]!.thread.send("go");
  await world.until(
    () => tabs.every(({ thread }) => thread.view.get().status === "ready" && textOf(thread) !== ""),
    "all",
  );
  expect((await sent).runId).toMatch(/^run-/);
  expect(new Set(tabs.map(({ thread }) => textOf(thread))).size).toBe(1);
  expect(tabs.map(({ client }) => client.connection.get().state)).toEqual(
    Array.from({ length: 10 }, () => "connected"),
  );
  await world.clock.advance(1000);
  expect(tabs.map(({ thread }) => thread.presence.get().total)).toEqual(Array.from({ length: 10 }, () => 1));
  const status = await world.server.fetch(`${world.server.url}/api/v1/websocket/status`);
  expect(((await status.json()) as any).connections.total).toBe(1);
});

test.each(["visible", "online"] as const)("a following tab that is told %s ends the wait for all", async (told) => {
  await using world = await openWorld();
  const origin = originOf(world);
  const open = () => {
    const { signals, tell } = signalsOf();
    const options = { policy: () => 600_000, system: { signals } };
    const make = (given: ClientOptions) => sharedClient({ ...given, tabs: origin.open().platform });
    const client = world.client(options, make);
    client.connect();
    return { client, tell, state: () => client.connection.get().state };
  };
  const leader = open();
  await world.until(() => leader.state() === "connected", "the connection");
  const follower = open();
  await world.until(() => follower.state() === "connected", "the follower");
  world.server.drop();
  await world.until(() => follower.state() === "reconnecting", "the break");
  follower.tell("offline");
  await world.clock.advance(1_000);
  expect(follower.state()).toBe("reconnecting");
  follower.tell(told);
  await world.clock.advance(1_000);
  expect([leader.state(), follower.state()]).toEqual(["connected", "connected"]);
  // What is open is made sure of.
  world.server.halfOpen();
  follower.tell(told);
  await world.clock.advance(4_100);
  expect([leader.state(), follower.state()]).toEqual(["reconnecting", "reconnecting"]);
  follower.client.disconnect();
  follower.tell(told);
  await world.clock.advance(1_000);
  expect(leader.state()).toBe("reconnecting");
});

test("D1: the leading tab goes, another takes over, and no tab misses or repeats anything", async () => {
  await using world = await openWorld({ agents: [talker(60)] });
  const open = openTabs(world);
  const tabs = [open(), open(), open()];
  const seqs = tabs.map(({ thread }) => {
    const seen: number[] = [];
    thread.on("view", ({ view }) => seen.push(...Array.from({ length: view.lastSeq }, (_, index) => index + 1)));
    thread.events(({ seq }) => seen.push(seq));
    return seen;
  });
  void tabs[2]!.thread.send("go");
  await world.until(() => (seqs[1]?.length ?? 0) > 10, "some events");
  tabs[0]!.crash();
  tabs[0]!.client.close();
  await world.until(() => (seqs[1]?.length ?? 0) > 30, "more events");
  tabs[1]!.crash();
  tabs[1]!.client.close();
  await world.until(() => tabs[2]!.thread.view.get().view.runs[0]?.status === "completed", "the end");
  const last = tabs[2]!.thread.view.get().view.lastSeq;
  expect(seqs[2]).toEqual(Array.from({ length: last }, (_, index) => index + 1));
});

test.each(TRANSPORTS)(
  "a tab that comes late, and one that was away, are served over the one connection, by %s",
  async (transport) => {
    await using world = await openWorld({ agents: [talker(30)] });
    const open = openTabs(world, [transport]);
    const first = open();
    first.thread.view.subscribe(() => {});
    await world.until(() => first.client.connection.get().state === "connected", "the connection");
    const away = open();
    const seen: number[] = [];
    away.thread.events(({ seq }) => seen.push(seq));
    await world.until(() => away.thread.view.get().isLoaded, "the second tab");
    void first.thread.send("go");
    await world.until(() => seen.length > 5, "some events");
    away.client.disconnect();
    await world.clock.advance(100);
    const late = open();
    late.thread.view.subscribe(() => {});
    away.client.connect();
    await world.until(() => textOf(late.thread).endsWith("29 ") && textOf(away.thread).endsWith("29 "), "all of it");
    await world.until(
      () => late.thread.view.get().status === "ready" && away.thread.view.get().status === "ready",
      "the end",
    );
    // What is published is throttled.
    await world.clock.advance(100);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
    expect(late.thread.view.get().view).toEqual(first.thread.view.get().view);
  },
);

test("a thread that the server refuses is told so in every tab", async () => {
  await using world = await openWorld();
  const open = openTabs(world);
  const threads = [open(), open()].map(({ client }) => client.thread("a\u0000b"));
  for (const thread of threads) thread.view.subscribe(() => {});
  const isTold = (thread: (typeof threads)[number]): boolean => thread.view.get().error?.code === "invalid_input";
  await world.until(() => threads.every(isTold), "the refusal");
});

test("any tab can begin again a connection that has given up", async () => {
  await using world = await openWorld();
  const origin = originOf(world);
  const open = () => {
    const { platform } = origin.open();
    const policy = backoff({ maxAttempts: 0 });
    return world.client({ policy }, (options) => sharedClient({ ...options, tabs: platform }));
  };
  world.server.offline = true;
  const [leader, follower] = [open(), open()];
  leader.connect();
  follower.connect();
  await world.until(() => follower.connection.get().state === "error", "the end");
  world.server.offline = false;
  follower.connect();
  await world.until(() => leader.connection.get().state === "connected", "the leader's connection");
  await world.until(() => follower.connection.get().state === "connected", "the follower's");
});

test("a page without locks has a connection of its own", async () => {
  await using world = await openWorld();
  const { platform } = originOf(world).open();
  const acquire = (): Promise<never> => Promise.reject(new Error("SecurityError"));
  const client = world.client({}, (options) => sharedClient({ ...options, tabs: { ...platform, acquire } }));
  client.connect();
  await world.until(() => client.connection.get().state === "connected", "the connection");
});

test("tabs share a connection with nobody else's, and mind no message that is not theirs", async () => {
  await using world = await openWorld();
  const origin = originOf(world);
  const names = new Set<string>();
  const open = (clientId: string) => {
    const { platform } = origin.open();
    const openChannel = (name: string) => {
      names.add(name);
      return platform.openChannel(name);
    };
    const tabs = { ...platform, openChannel };
    return world.client({ clientId }, (options) => sharedClient({ ...options, tabs }));
  };
  const clients = [open("ann"), open("ann"), open("bob")];
  const threads = clients.map((client) => client.thread("t1"));
  for (const thread of threads) thread.view.subscribe(() => {});
  await world.until(() => threads.every(({ view }) => view.get().isLoaded), "all");
  const status = await world.server.fetch(`${world.server.url}/api/v1/websocket/status`);
  expect(((await status.json()) as any).connections.total).toBe(2);
  const told: unknown[] = [];
  for (const client of clients) client.on("disconnected", (event) => told.push(event));
  for (const name of names) {
    const stranger = origin.open().platform.openChannel(name);
    for (const junk of [null, 7, "lead", {}, { to: "tabs", type: "lead" }, { to: "nobody", type: "lead" }])
      stranger.post(junk);
  }
  await world.clock.advance(1000);
  expect(told).toEqual([]);
});

test("a command whose leading tab goes before the answer is carried out once", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const open = openTabs(world);
  const leader = open();
  const follower = open();
  leader.thread.view.subscribe(() => {});
  follower.thread.view.subscribe(() => {});
  await world.until(() => follower.thread.view.get().isLoaded && leader.thread.view.get().isLoaded, "both");
  const sent = follower.thread.send("once");
  // The command has left the follower; what comes back no longer finds the leader.
  leader.crash();
  leader.client.close();
  await world.until(() => follower.thread.view.get().view.runs[0]?.status === "completed", "the end");
  const { runId } = await sent;
  expect(follower.thread.view.get().view.runs.map((run) => run.runId)).toEqual([runId]);
});
