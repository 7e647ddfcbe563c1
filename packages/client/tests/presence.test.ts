import { expect, test } from "vitest";
import { talker } from "./support/agents.ts";
import { openWorld } from "./support/world.ts";

test("who watches and types is shown to the others, and ends by itself", async () => {
  await using world = await openWorld();
  const ann = world.client({ name: "Ann" }).thread("t1");
  const bob = world.client({ name: "Bob" }).thread("t1");
  const leave = ann.presence.subscribe(() => {});
  bob.presence.subscribe(() => {});
  await world.until(() => bob.presence.get().total === 2, "both");
  expect(new Set(bob.presence.get().watchers.map(({ name }) => name))).toEqual(new Set(["Ann", "Bob"]));
  ann.setTyping(true);
  await world.until(() => bob.presence.get().typing.length === 1, "typing");
  expect(bob.presence.get().typing[0]?.name).toBe("Ann");
  expect(ann.presence.get().typing).toEqual([]);
  await world.until(() => bob.presence.get().typing.length === 0, "the pause");
  leave();
  await world.until(() => bob.presence.get().total === 1, "Ann to go");
});

test("R5: letting go of a thread, and closing the client, leaves its run alone", async () => {
  await using world = await openWorld({ agents: [talker(50)] });
  const watcher = world.client();
  watcher.thread("t1").view.subscribe(() => {});
  const client = world.client();
  const thread = client.thread("t1");
  const letGo = thread.view.subscribe(() => {});
  void thread.send("go");
  await world.until(() => thread.view.get().status === "streaming", "the run");
  letGo();
  await world.clock.advance(1_500);
  client.close();
  await world.until(() => watcher.thread("t1").view.get().view.runs[0]?.status === "completed", "the end");
});

test("a page that renders twice subscribes once; a stop cancels", async () => {
  await using world = await openWorld({ agents: [talker(500)] });
  const client = world.client();
  const thread = client.thread("t1");
  expect(client.thread("t1")).toBe(thread);
  const views: unknown[] = [];
  const stopLooking = thread.on("view", (update) => views.push(update));
  void thread.send("go");
  await world.until(() => thread.view.get().status === "streaming", "the run");
  stopLooking();
  thread.view.subscribe(() => {});
  await world.clock.advance(2_000);
  await world.server.within(thread.stop());
  await world.until(() => thread.view.get().view.runs[0]?.status === "cancelled", "the cancel");
  expect(views).toHaveLength(1);
  expect(thread.view.get().status).toBe("ready");
});

test("a server that goes down is waited for as it asked, and followed from where it was", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const client = world.client();
  const thread = client.thread("t1");
  const seqs: number[] = [];
  thread.events(({ seq }) => seqs.push(seq));
  void thread.send("one");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the first answer");
  await world.server.stop();
  expect(client.connection.get().state).toBe("reconnecting");
  await world.server.start();
  await world.until(() => client.connection.get().state === "connected", "the new server");
  void thread.send("two");
  await world.until(() => thread.view.get().view.runs[1]?.status === "completed", "the second answer");
  expect(seqs).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
});
