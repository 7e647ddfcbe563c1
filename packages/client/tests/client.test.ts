import { expect, test } from "vitest";
import { talker } from "./support/agents.ts";
import { openWorld } from "./support/world.ts";

test("a message is said, shown at once, streamed and done", async () => {
  await using world = await openWorld({ agents: [talker()] });
  const client = world.client();
  const thread = client.thread("t1");
  const statuses: string[] = [];
  thread.view.subscribe(() => statuses.push(thread.view.get().status));
  const sent = thread.send("hello");
  expect(thread.view.get().outgoing).toMatchObject([{ text: "hello", status: "sending" }]);
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the end");
  const { runId } = await sent;
  const state = thread.view.get();
  expect(state).toMatchObject({ status: "ready", outgoing: [], behind: 0, error: null });
  expect(state.view.runs.map((run) => run.runId)).toEqual([runId]);
  expect(state.view.messages.map(({ content }) => content)).toEqual(["hello", "0 1 2 3 4 "]);
  expect(statuses[0]).toBe("submitted");
  expect(client.connection.get()).toMatchObject({ state: "connected", transport: "websocket", behind: 0, error: null });
});

test("D1: what a listener is told first follows on the view as it is then, whenever it comes", async () => {
  await using world = await openWorld({ agents: [talker(30)] });
  const thread = world.client().thread("t1");
  thread.view.subscribe(() => {});
  void thread.send("hello");
  await world.until(() => thread.view.get().view.lastSeq > 1, "the answer's beginning");
  const told: { readonly from: number; first?: number }[] = [];
  for (let listeners = 0; listeners < 12; listeners += 1) {
    await world.clock.advance(10);
    const listener: (typeof told)[number] = { from: 0 };
    thread.events(({ seq }) => (listener.first ??= seq));
    told.push(Object.assign(listener, { from: thread.view.get().view.lastSeq }));
  }
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the answer's end");
  expect(told.map(({ first }) => first)).toEqual(told.map(({ from }) => from + 1));
});
