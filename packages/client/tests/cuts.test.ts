import { emptyView, reduceAll } from "@throughline/protocol";
import { expect, test } from "vitest";
import { talker } from "./support/agents.ts";
import { doorsOf } from "./support/doors.ts";
import { openWorld, storedEvents } from "./support/world.ts";

test.each([20, 250, 777, 1_500])(
  "D1: event streams that break off after every %i bytes, within frames and characters, lose and repeat nothing",
  async (bytes) => {
    await using world = await openWorld({ agents: [talker(40)] });
    const { system } = doorsOf(world.server, ["sse"]);
    let cuts = 0;
    let isCutting = true;
    const fetch = async (url: string, init?: RequestInit): Promise<Response> => {
      const response = await system.fetch(url, init);
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
      if (!isCutting || !isStream || response.body === null) return response;
      const cut = cutAfter(response.body, bytes, () => (cuts += 1));
      return new Response(cut, { headers: response.headers });
    };
    const client = world.client({ transports: ["sse"], system: { ...system, fetch } });
    const thread = client.thread("t1");
    const seqs: number[] = [];
    thread.events(({ seq }) => seqs.push(seq));
    const writer = world.client();
    void writer.thread("t1").send("gö – go");
    await world.clock.advance(60_000);
    isCutting = false;
    client.retry();
    await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the end");
    await world.clock.advance(100);
    const stored = await storedEvents(world, "t1");
    expect(cuts).toBeGreaterThan(2);
    expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1 + stored.length - seqs.length));
    expect(thread.view.get().view).toEqual(reduceAll(emptyView("t1"), stored));
  },
);

/** The first bytes of a body, one piece each; then it fails. */
function cutAfter(body: ReadableStream<Uint8Array>, bytes: number, onCut: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = bytes;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value.subarray(0, left));
      left -= value.byteLength;
      if (left > 0) return;
      onCut();
      controller.error(new TypeError("network error"));
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

test("back again, it says how many events it is behind until it has them", async () => {
  await using world = await openWorld({ agents: [talker(30)] });
  const client = world.client();
  const thread = client.thread("t1");
  thread.view.subscribe(() => {});
  void thread.send("one");
  await world.until(() => thread.view.get().view.runs[0]?.status === "completed", "the first run");
  client.disconnect();
  const writer = world.client();
  const other = writer.thread("t1");
  other.view.subscribe(() => {});
  void other.send("two");
  await world.until(() => other.view.get().view.runs[1]?.status === "completed", "the second run");
  const missed = other.view.get().view.lastSeq - thread.view.get().view.lastSeq;
  const behind: number[] = [];
  client.connection.subscribe(() => behind.push(client.connection.get().behind));
  client.connect();
  await world.until(() => thread.view.get().view.runs[1]?.status === "completed", "what was missed");
  await world.clock.advance(100);
  expect(missed).toBeGreaterThan(30);
  expect(behind).toContain(missed);
  expect(behind.at(-1)).toBe(0);
});
