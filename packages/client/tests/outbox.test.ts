import { ThroughlineError } from "@throughline/protocol";
import { expect, test } from "vitest";
import { type ClientSystem, memoryStorage, type WebSocketLike } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openWorld, storedEvents, type World } from "./support/world.ts";

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "delivered",
    (error: unknown) => ThroughlineError.from(error).code,
  );

test("R4: what is said while offline is sent in its order once there is a connection, each once", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  world.server.offline = true;
  const client = world.client();
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  const sent = ["a", "b", "c"].map((text) => thread.send(text));
  await world.clock.advance(20_000);
  expect(thread.view.get().outgoing.map(({ status }) => status)).toEqual(["sending", "sending", "sending"]);
  expect(client.metrics.get()).toMatchObject({ queued: 3, connections: 0 });
  world.server.offline = false;
  await world.until(() => thread.view.get().view.runs[2]?.status === "completed", "three answers");
  const runIds = (await Promise.all(sent)).map(({ runId }) => runId);
  expect(thread.view.get().view.runs.map((run) => run.runId)).toEqual(runIds);
  expect(
    thread.view
      .get()
      .view.messages.filter(({ role }) => role === "user")
      .map(({ content }) => content),
  ).toEqual(["a", "b", "c"]);
});

test("R4: an acknowledgement that is lost makes the client ask again, and nothing happen twice", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const { system, loseNext } = lossy(world);
  const thread = world.client({ system }).thread("t1");
  thread.view.subscribe(() => {});
  await world.until(() => thread.view.get().isLoaded, "the connection");
  loseNext("ack");
  const sent = thread.send("once");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the end");
  await sent;
  expect((await storedEvents(world, "t1")).filter(({ event }) => event.type === "RUN_STARTED")).toHaveLength(1);
});

test("what was sent three times and never acknowledged is given up, and told", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const { system, loseNext } = lossy(world);
  const client = world.client({ system });
  const dropped: string[] = [];
  client.on("dropped", ({ error }) => dropped.push(error.code));
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  await world.until(() => thread.view.get().isLoaded, "the connection");
  loseNext("ack", 3);
  const stopped = codeOf(thread.stop());
  await world.until(() => dropped.length === 1, "the end of patience");
  expect([await stopped, ...dropped]).toEqual(["not_delivered", "not_delivered"]);
});

test("what waits for a minute is given up; it can be sent again, or forgotten", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  world.server.offline = true;
  const client = world.client();
  const dropped: string[] = [];
  client.on("dropped", ({ frame }) => dropped.push(frame.command.type));
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  const codes = Promise.all([codeOf(thread.send("a")), codeOf(thread.send("b")), codeOf(thread.stop())]);
  await world.clock.advance(60_100);
  expect(await codes).toEqual(["not_delivered", "not_delivered", "not_delivered"]);
  expect(dropped).toEqual(["start", "start", "cancel"]);
  const [first, second] = thread.view.get().outgoing;
  expect(thread.view.get()).toMatchObject({ status: "error", error: { code: "not_delivered" } });
  expect(thread.discard(second!.runId)).toBe("b");
  world.server.offline = false;
  const retried = thread.retry(first!.runId);
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the answer");
  await retried;
  expect(thread.view.get()).toMatchObject({ status: "ready", outgoing: [] });
  expect(thread.view.get().view.runs.map((run) => run.runId)).toEqual([first!.runId]);
});

test("the hundred and first is refused at once", async () => {
  await using world = await openWorld();
  world.server.offline = true;
  const client = world.client();
  const codes = Array.from({ length: 101 }, () => codeOf(client.thread("t1").stop()));
  expect(await codes[100]).toBe("outbox_full");
  client.close();
  expect(await codes[0]).toBe("client_closed");
  expect(await codeOf(client.thread("t1").stop())).toBe("client_closed");
  expect(client.metrics.get()).toMatchObject({ queued: 0, dropped: 101 });
});

test("R4: a message survives a reload under its run id, whether the server has it already or not", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const storage = memoryStorage();
  world.server.offline = true;
  const before = world.client({ storage });
  void before.thread("t1").send("unsent");
  await world.clock.advance(1000);
  reload(before);
  world.server.offline = false;
  // The new page has not opened the thread yet.
  const after = world.client({ storage });
  expect(after.clientId).toBe(before.clientId);
  await world.clock.advance(1000);
  expect(after.connection.get().state).toBe("disconnected");
  after.sendRestored();
  await world.until(() => after.thread("t1").view.get().outgoing[0]?.status === "accepted", "its delivery");
  const thread = after.thread("t1");
  thread.view.subscribe(() => {});
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the answer");
  await world.clock.advance(100);
  expect(thread.view.get().outgoing).toEqual([]);
  expect(thread.view.get().view.messages[0]?.content).toBe("unsent");
});

test("a message that a reload finds too old is not sent by itself", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const storage = memoryStorage();
  world.server.offline = true;
  const before = world.client({ storage });
  void before.thread("t1").send("old");
  await world.clock.advance(1000);
  reload(before);
  await world.clock.advance(61_000);
  world.server.offline = false;
  const { view } = world.client({ storage }).thread("t1");
  expect(view.get().outgoing).toMatchObject([{ text: "old", status: "failed", error: { code: "not_delivered" } }]);
});

test("R4: a message that was refused is not sent by itself after a reload", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const storage = memoryStorage();
  const before = world.client({ storage });
  const refused = before.thread("t1").send({ text: "for nobody", agent: "no-such-agent" });
  const error = await world.server.within(refused.then(() => null, ThroughlineError.from));
  expect(error).not.toBeNull();
  reload(before);
  const after = world.client({ storage });
  const { outgoing } = after.thread("t1").view.get();
  expect(outgoing).toMatchObject([{ text: "for nobody", status: "failed", error: { code: error?.code } }]);
  await world.clock.advance(1000);
  expect(after.connection.get().state).toBe("disconnected");
});

test("R4: what the server has and has not begun is on its way after a reload, however late", async () => {
  await using world = await openWorld({ agents: [talker(10_000)] });
  const storage = memoryStorage();
  const before = world.client({ storage }).thread("t1");
  before.view.subscribe(() => {});
  void before.send("first");
  void before.send("second");
  await world.until(() => before.view.get().outgoing[0]?.status === "accepted", "the second in the queue");
  await world.clock.advance(61_000);
  const after = world.client({ storage }).thread("t1");
  expect(after.view.get().outgoing).toMatchObject([{ text: "second", status: "accepted", error: null }]);
  const [waiting] = after.view.get().outgoing;
  // Whoever withdraws it sees it go: its run will never show.
  await world.server.within(after.stop(waiting?.runId));
  await world.clock.advance(100);
  expect(after.view.get().outgoing).toEqual([]);
});

test("what is said in a thread that nobody follows does not pile up", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const thread = world.client().thread("t1");
  for (let count = 0; count < 120; count += 1) {
    await world.server.within(thread.send(`message ${count}`));
    await world.clock.advance(50);
  }
  expect(thread.view.get().outgoing.length).toBe(100);
});

test.each(["websocket", "sse"] as const)(
  "over %s, what is too large is refused, and takes nothing along",
  async (by) => {
    await using world = await openWorld({ agents: [talker(1)] });
    const client = world.client({ transports: [by] });
    const results = ["x".repeat(3_000_000), "small"].map((text, index) =>
      codeOf(client.thread(`t${index}`).send(text)),
    );
    expect(await world.server.within(Promise.all(results))).toEqual(["payload_too_large", "delivered"]);
  },
);

test("what is no JSON is refused, and keeps nothing behind it from being sent", async () => {
  await using world = await openWorld({ agents: [talker(1)] });
  const client = world.client();
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const thread = client.thread("t1");
  const refused = codeOf(thread.send({ text: "circle", context: circle as never }));
  const sent = thread.send("next");
  expect(await world.server.within(refused)).toBe("invalid_input");
  await world.server.within(sent);
});

/** A page that is left closes no client; its timers and sockets are just gone. */
function reload(client: { disconnect(): void }): void {
  client.disconnect();
}

/** A network that breaks just before the next frames of a type arrive. */
function lossy(world: World): { system: Partial<ClientSystem>; loseNext(type: string, times?: number): void } {
  let type = "";
  let times = 0;
  const isDue = (data: string): boolean => times > 0 && (JSON.parse(data) as { type: string }).type === type;
  class Lossy implements WebSocketLike {
    onopen: WebSocketLike["onopen"] = null;
    onmessage: WebSocketLike["onmessage"] = null;
    onclose: WebSocketLike["onclose"] = null;
    onerror: WebSocketLike["onerror"] = null;
    readonly #socket: InstanceType<typeof world.server.WebSocket>;

    constructor(url: string, protocols?: string | string[]) {
      this.#socket = new world.server.WebSocket(url, protocols);
      this.#socket.onopen = () => this.onopen?.();
      this.#socket.onclose = (event) => this.onclose?.(event);
      this.#socket.onmessage = (event) => {
        if (!isDue(event.data)) return this.onmessage?.(event);
        times -= 1;
        this.#socket.cut();
      };
    }

    send(data: string): void {
      this.#socket.send(data);
    }

    close(code?: number): void {
      this.#socket.close(code);
    }
  }
  return {
    system: { WebSocket: Lossy },
    loseNext: (next, count = 1) => {
      type = next;
      times = count;
    },
  };
}
