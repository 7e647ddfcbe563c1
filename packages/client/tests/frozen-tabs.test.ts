import { expect, test } from "vitest";
import "../src/carriers/http-carriers.ts";
import { sharedClient, type TabChannel } from "../src/tabs/index.ts";
import { talker } from "./support/agents.ts";
import { originOf } from "./support/tabs.ts";
import { openWorld, type World } from "./support/world.ts";

/** A frozen tab that was not told so is taken for one within this, in ms; then the new connection opens. */
const NOTICED_MS = 6_500;

function openTabs(world: World) {
  const origin = originOf(world);
  return () => {
    const tab = origin.open();
    const client = world.client({ system: tab.system }, (options) => sharedClient({ ...options, tabs: tab.platform }));
    const thread = client.thread("t1");
    const seqs: number[] = [];
    thread.on("view", ({ view }) => seqs.push(...Array.from({ length: view.lastSeq }, (_, index) => index + 1)));
    thread.events(({ seq }) => seqs.push(seq));
    return { ...tab, client, thread, seqs };
  };
}

type Tabs = ReturnType<ReturnType<typeof openTabs>>;

const isOver = ({ thread }: Tabs): boolean =>
  thread.view.get().view.runs.length > 0 && thread.view.get().view.status !== "running";

async function connectionsOf({ server }: World): Promise<number> {
  const status = await server.within(server.fetch(`${server.url}/api/v1/websocket/status`));
  return ((await status.json()) as { connections: { total: number } }).connections.total;
}

/** What each tab was told of the thread is all of it, in its order, once. */
async function expectAllToldOnce({ server }: World, tabs: readonly Tabs[]): Promise<void> {
  const response = await server.within(server.fetch(`${server.url}/api/v1/threads/t1`));
  const { last_seq } = (await response.json()) as { last_seq: number };
  expect(last_seq).toBeGreaterThan(0);
  for (const { seqs } of tabs) expect(seqs).toEqual(Array.from({ length: last_seq }, (_, index) => index + 1));
}

const FREEZES = [
  { isTold: false, hears: true },
  { isTold: false, hears: false },
  { isTold: true, hears: true },
  { isTold: true, hears: false },
];

test.each(FREEZES)(
  "D1: the leading tab is frozen amid a text ($isTold told, $hears given messages): the next goes on, stops it, and all is told once",
  async (how) => {
    await using world = await openWorld({ agents: [talker(2_000)] });
    const open = openTabs(world);
    const [leader, follower, third] = [open(), open(), open()];
    void follower.thread.send("go");
    await world.until(() => follower.seqs.length > 10, "some events");
    leader.freeze(how);
    const toldBefore = follower.seqs.length;
    // Told, it hands over at once.
    await world.clock.advance(how.isTold ? 200 : NOTICED_MS);
    expect(follower.seqs.length).toBeGreaterThan(toldBefore + 10);
    expect(follower.client.connection.get().state).toBe("connected");
    const stopped = follower.thread.stop();
    await world.until(() => isOver(follower) && isOver(third), "the stop");
    await stopped;
    expect(follower.thread.view.get().view.runs[0]?.status).toBe("cancelled");
    leader.thaw();
    await world.until(() => isOver(leader), "the rest, in the tab that was frozen");
    await expectAllToldOnce(world, [leader, follower, third]);
    await world.clock.advance(NOTICED_MS);
    expect(leader.client.connection.get().state).toBe("connected");
    expect(await connectionsOf(world)).toBe(1);
  },
);

test.each(FREEZES)(
  "R4: what is said to a frozen leading tab ($isTold told, $hears given messages) starts one run",
  async (how) => {
    await using world = await openWorld({ agents: [talker(3)] });
    const open = openTabs(world);
    const [leader, follower] = [open(), open()];
    await world.until(() => [leader, follower].every(({ thread }) => thread.view.get().isLoaded), "both");
    leader.freeze(how);
    const sent = follower.thread.send("once");
    await world.until(() => isOver(follower), "the answer");
    leader.thaw();
    await world.until(() => isOver(leader), "the answer, in the tab that was frozen");
    const { runId } = await sent;
    expect(follower.thread.view.get().view.runs.map((run) => run.runId)).toEqual([runId]);
    await expectAllToldOnce(world, [leader, follower]);
  },
);

test("a tab that is frozen next in line does not keep the others from going on", async () => {
  await using world = await openWorld({ agents: [talker(2_000)] });
  const open = openTabs(world);
  const [leader, next, last] = [open(), open(), open()];
  void last.thread.send("go");
  await world.until(() => last.seqs.length > 10, "some events");
  next.freeze({ isTold: false, hears: false });
  leader.crash();
  leader.client.close();
  const before = last.seqs.length;
  await world.clock.advance(NOTICED_MS);
  expect(last.seqs.length).toBeGreaterThan(before + 10);
  next.thaw();
  await world.until(() => next.seqs.at(-1) === last.seqs.at(-1), "the tab that was frozen");
  await world.until(() => isOver(last) && isOver(next), "the end");
  await expectAllToldOnce(world, [next, last]);
});

test("a tab alone that is frozen lets its connection go, and goes on when it is thawed", async () => {
  await using world = await openWorld({ agents: [talker(200)] });
  const only = openTabs(world)();
  void only.thread.send("go");
  await world.until(() => only.seqs.length > 10, "some events");
  only.freeze({ isTold: true, hears: true });
  await world.clock.advance(1_000);
  expect(await connectionsOf(world)).toBe(0);
  await world.clock.advance(60_000);
  only.thaw();
  await world.until(() => isOver(only), "the end");
  await expectAllToldOnce(world, [only]);
});

test("ten tabs ask the leading one together, and leave one that answers its place", async () => {
  await using world = await openWorld();
  const open = openTabs(world);
  const tabs = Array.from({ length: 10 }, open);
  await world.until(() => tabs.every(({ client }) => client.connection.get().state === "connected"), "all");
  const posted: string[] = [];
  for (const name of ["disconnected", "reconnecting"] as const) {
    for (const { client } of tabs) client.on(name, () => posted.push(name));
  }
  await world.clock.advance(10 * 60_000);
  expect(posted).toEqual([]);
});

test("what a tab says that led before counts no more", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const origin = originOf(world);
  const names = new Set<string>();
  const heard: { readonly type: string; readonly tab?: string; readonly term?: number }[] = [];
  const open = () => {
    const { platform } = origin.open();
    const openChannel = (name: string) => {
      names.add(name);
      return platform.openChannel(name);
    };
    return world.client({}, (options) => sharedClient({ ...options, tabs: { ...platform, openChannel } }));
  };
  const leader = open();
  leader.connect();
  await world.until(() => leader.connection.get().state === "connected", "the connection");
  const earlier = origin.open().platform.openChannel([...names][0] ?? "");
  earlier.onmessage = (message) => heard.push(message as (typeof heard)[number]);
  const follower = open();
  follower.connect();
  await world.until(() => follower.connection.get().state === "connected", "the follower");
  const told: string[] = [];
  for (const name of ["disconnected", "connected"] as const) follower.on(name, () => told.push(name));
  const tab = heard.find(({ type }) => type === "join")?.tab ?? "";
  const term = Math.max(...heard.flatMap((message) => message.term ?? [])) - 1;
  earlier.post({ to: "some", those: [tab], term, type: "ended" });
  earlier.post({ to: "tabs", type: "lead", term });
  await world.clock.advance(100);
  expect(heard.filter(({ type }) => type === "join")).toHaveLength(1);
  expect(told).toEqual([]);
  await world.server.within(follower.thread("t1").send("still there"));
});

test("a tab that misses that another leads joins that one all the same", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const origin = originOf(world);
  const open = (misses: boolean) => {
    const { platform, crash } = origin.open();
    const openChannel = (name: string): TabChannel => {
      const channel = platform.openChannel(name);
      const own: TabChannel = {
        post: (message) => channel.post(message),
        onmessage: null,
        close: () => channel.close(),
      };
      channel.onmessage = (message) => {
        if (!misses || (message as { type: string }).type !== "lead") own.onmessage?.(message);
      };
      return own;
    };
    const client = world.client({}, (options) => sharedClient({ ...options, tabs: { ...platform, openChannel } }));
    client.connect();
    return { client, crash };
  };
  const leader = open(false);
  await world.until(() => leader.client.connection.get().state === "connected", "the connection");
  const next = open(false);
  await world.until(() => next.client.connection.get().state === "connected", "the next in line");
  const last = open(true);
  await world.until(() => last.client.connection.get().state === "connected", "the last");
  leader.crash();
  leader.client.close();
  await world.clock.advance(NOTICED_MS);
  expect(last.client.connection.get().state).toBe("connected");
  await world.server.within(last.client.thread("t1").send("still there?"));
});

test("the machine's clock goes back an hour: another tab takes over all the same, and all follow it", async () => {
  await using world = await openWorld({ agents: [talker(2_000)] });
  const open = openTabs(world);
  const [leader, follower] = [open(), open()];
  void follower.thread.send("go");
  await world.until(() => follower.seqs.length > 10, "some events");
  world.clock.jump(-60 * 60_000);
  leader.freeze({ isTold: false, hears: true });
  const late = open();
  await world.clock.advance(NOTICED_MS);
  const before = late.seqs.length;
  await world.clock.advance(1_000);
  expect(late.seqs.length).toBeGreaterThan(before + 10);
  leader.thaw();
  const tabs = [leader, follower, late];
  await world.until(() => tabs.every(isOver), "the end");
  await expectAllToldOnce(world, tabs);
  await world.clock.advance(NOTICED_MS);
  expect(await connectionsOf(world)).toBe(1);
});
