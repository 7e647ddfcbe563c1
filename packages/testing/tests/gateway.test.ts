import { createGateway } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { type Agent, EventType } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { MemoryHttp, MemorySocket, memoryDisk, seededRandom, type SseEvent, virtualClock } from "../src/index.ts";

/** Says every word of the message, one each 10 ms. */
const parrot: Agent = {
  name: "parrot",
  run: async function* (input, { clock, ids, signal }) {
    const messageId = ids.next("msg");
    const said = input.messages.at(-1)?.content;
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" };
    for (const delta of typeof said === "string" ? said.split(" ") : []) {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
      signal.throwIfAborted();
      yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta };
    }
    yield { type: EventType.TEXT_MESSAGE_END, messageId };
  },
};

/** A whole server in this process, whose time moves only when told to. */
async function serve(disk = memoryDisk()) {
  const clock = virtualClock();
  const world = { clock, random: seededRandom(1) };
  const log = createMemoryLog({ ...world, disk });
  const starting = createGateway({ ...world, log, agents: [parrot] });
  await clock.runUntilIdle();
  const gateway = await starting;
  const http = new MemoryHttp(gateway);
  const connect = (query: string): MemorySocket =>
    new MemorySocket(gateway, { clock, path: `/ws/stream?agent=parrot&client_id=c&${query}` });
  /** Gives a request the time it needs. */
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    await clock.runUntilIdle();
    return work;
  };
  return { clock, disk, gateway, http, connect, settled };
}

const chat = { type: "chat", payload: { message: "one two three" } };

describe("a client in the same process", () => {
  test("speaks to the real gateway over WebSocket", async () => {
    const { clock, connect } = await serve();
    const socket = connect("");
    socket.send(chat);
    await clock.advance(100);
    expect(socket.frames.map(({ type }) => type)).toEqual(["connected", "token", "token", "token", "result"]);
    expect(await socket.find(({ type }) => type === "result")).toMatchObject({ content: "onetwothree" });
  });

  test("D1: resumes by position where the network cut it off in the middle of a frame", async () => {
    const { clock, connect } = await serve();
    const first = connect("");
    await clock.runUntilIdle();
    first.cutAfter(150);
    first.send(chat);
    await clock.advance(100);
    expect(first.ended).toBe("cut");
    const seq = first.frames.at(-1)?.["seq"];
    const second = connect(`after=${Number(seq)}`);
    await clock.advance(100);
    const deltas = [...first.frames, ...second.frames].flatMap(({ type, delta }) => (type === "token" ? [delta] : []));
    expect(deltas).toEqual(["one", "two", "three"]);
  });

  test("follows over SSE and reads over HTTP", async () => {
    const { clock, http, settled } = await serve();
    const start = { agent: "parrot", run_id: "r", input: "one" };
    expect(await settled(http.post("/api/v1/threads/t/runs", start))).toMatchObject({ status: 202 });
    const events: SseEvent[] = [];
    const stream = await settled(http.events("/api/v1/threads/t/events", { onEvent: (event) => events.push(event) }));
    await clock.advance(100);
    const read = await settled(http.get("/api/v1/threads/t/events?after=2"));
    const list = read.body["events"] as { seq: number }[];
    expect(events).toHaveLength(5);
    expect(list.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    stream.close();
  });

  test("a half-open socket gets nothing and is not told", async () => {
    const { clock, connect } = await serve();
    const socket = connect("");
    await clock.runUntilIdle();
    socket.halfOpen();
    socket.send(chat);
    await clock.advance(1_000);
    expect([socket.frames.length, socket.ended]).toEqual([1, undefined]);
    socket.cut();
    await expect(socket.find(({ type }) => type === "token")).rejects.toThrow("cut");
  });

  test("R3: finds after a crash what was durable, and the cut run ended", async () => {
    const { clock, connect, disk } = await serve();
    connect("").send(chat);
    await clock.advance(15);
    disk.crash();
    const { http, settled } = await serve(disk);
    const { body } = await settled(http.get("/api/v1/threads/stream:c/events"));
    const types = (body["events"] as { event: { type: string; code?: string } }[]).map(({ event }) => event);
    expect(types[0]?.type).toBe(EventType.RUN_STARTED);
    expect(types.at(-1)).toMatchObject({ type: EventType.RUN_ERROR, code: "worker_lost" });
  });
});
