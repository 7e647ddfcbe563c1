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
