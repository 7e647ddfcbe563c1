import { expect, test } from "vitest";
import { Threads } from "../src/thread/threads.ts";
// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
import "../src/carriers/http-carriers.ts";
import { talker } from "./support/agents.ts";
import { openWorld } from "./support/world.ts";

/** The server serves no thread of this id, and says so. */
const REFUSED = "a\u0000b";

test("over SSE, what is first followed while the request is on its way is followed, too", async () => {
  await using world = await openWorld();
  const answer = Promise.withResolvers<void>();
  let isAsked = false;
  const client = world.client({
    transports: ["sse"],
    system: {
      fetch: async (url, init) => {
        const response = await world.server.fetch(url, init);
        isAsked = true;
        await answer.promise;
        return response;
      },
    },
  });
  const [first, second] = [client.thread("first"), client.thread("second")];
  first.view.subscribe(() => {});
  await world.until(() => isAsked, "the request");
  second.view.subscribe(() => {});
  answer.resolve();
  await world.until(() => first.view.get().isLoaded && second.view.get().isLoaded, "both");
});

test("over long-poll, a thread that is refused makes nobody ask without end, nor the others wait", async () => {
  await using world = await openWorld();
  let asked = 0;
  const client = world.client({
    transports: ["long-poll"],
    system: {
      fetch: (url, init) => {
        if (url.endsWith("/follow")) asked += 1;
        return world.server.fetch(url, init);
      },
    },
  });
  const refused = client.thread(REFUSED);
  refused.view.subscribe(() => {});
  const good = client.thread("good");
  good.view.subscribe(() => {});
  await world.until(() => good.view.get().isLoaded, "the thread");
  await world.clock.advance(10_000);
  expect(refused.view.get()).toMatchObject({ status: "error", error: { code: "invalid_input" } });
  expect(asked).toBeLessThan(5);
});

test("what arrives of a thread that was let go counts as awaited by nobody", async () => {
  await using world = await openWorld({ agents: [talker(3)] });
  const client = world.client();
  const thread = client.thread("t1");
  const end = thread.view.subscribe(() => {});
  void thread.send("go");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the run");
  const { epoch, view } = thread.view.get();
  thread.receive({ type: "subscribed", thread: "t1", epoch, after: view.lastSeq, head: view.lastSeq + 10 });
  await world.clock.advance(100);
  expect(client.connection.get().behind).toBe(10);
  end();
  await world.clock.advance(1100);
  thread.receive({
    type: "events",
    thread: "t1",
    epoch,
    seq: view.lastSeq + 1,
    events: [{ type: "CUSTOM", name: "late", value: 1 }] as never,
  });
  await world.clock.advance(100);
  expect(client.connection.get().behind).toBe(0);
});

test("a listener of events reads the view after the frame its event came in, and a page is told no more often", async () => {
  await using world = await openWorld({ agents: [talker(50)] });
  const thread = world.client().thread("t1");
  const [late, told]: [number[], number[]] = [[], []];
  const shown = (): number => thread.view.get().view.lastSeq;
  thread.events(({ seq }) => {
    if (shown() < seq) late.push(seq);
    // What was shown once is not taken back.
    world.clock.setTimeout(() => shown() < seq && late.push(seq), 5);
  });
  thread.view.subscribe(() => told.push(world.clock.now()));
  void thread.send("go");
  await world.until(() => thread.view.get().status === "ready" && shown() > 0, "the end");
  expect(late).toEqual([]);
  const pauses = told.slice(1).map((at, index) => at - (told[index] ?? 0));
  expect(pauses.filter((ms) => ms > 0 && ms < 50)).toEqual([]);
  expect(told.length).toBeGreaterThan(8);
});

test("an id that no thread can have is refused before it costs the connection", async () => {
  await using world = await openWorld();
  const client = world.client();
  expect(() => client.thread("")).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => client.thread("x".repeat(401))).toThrow(expect.objectContaining({ code: "invalid_input" }));
});

test("a name is shown as far as the server takes it", async () => {
  await using world = await openWorld();
  const thread = world.client({ name: "N".repeat(300) }).thread("t1");
  thread.presence.subscribe(() => {});
  await world.until(() => thread.presence.get().total === 1, "oneself");
  expect(thread.presence.get().watchers[0]?.name).toBe("N".repeat(100));
});

test("a thread is the same object as long as somebody has it, and few that nobody needs are kept", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const client = world.client();
  const held = client.thread("held");
  const threads = new Threads();
  for (let count = 0; count < 500; count += 1) threads.keep(client.thread(`t${count}`));
  expect([...threads].length).toBeLessThanOrEqual(50);
  expect(client.thread("held")).toBe(held);
  // Nobody has kept it, and it works all the same.
  held.view.subscribe(() => {});
  void held.send("go");
  await world.until(() => held.view.get().view.runs[0]?.status === "completed", "the run");
});
