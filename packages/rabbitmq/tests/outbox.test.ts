import { EventEmitter } from "node:events";
import { silentLogger } from "@throughline/protocol";
import { seededRandom, virtualClock } from "@throughline/testing";
import type { ChannelModel } from "amqplib";
import { describe, expect, test } from "vitest";
import { BrokerLink } from "../src/link/link.ts";
import { type Letter, Outbox } from "../src/link/outbox.ts";

type Confirm = (error: Error | null) => void;

/** A broker's end of one connection: takes what is published, and says to it what the test says. */
class Connection extends EventEmitter {
  readonly taken: { readonly text: string; readonly id: string; readonly confirm: Confirm }[] = [];
  readonly channels: EventEmitter[] = [];

  createChannel(): Promise<unknown> {
    const channel = Object.assign(new EventEmitter(), {
      close: () => Promise.resolve(),
      publish: (_exchange: string, _key: string, body: Buffer, properties: { messageId: string }, confirm: Confirm) =>
        this.taken.push({ text: body.toString(), id: properties.messageId, confirm }),
    });
    this.channels.push(channel);
    return Promise.resolve(channel);
  }

  createConfirmChannel(): Promise<unknown> {
    return this.createChannel();
  }

  close(): Promise<void> {
    this.emit("close");
    return Promise.resolve();
  }

  get texts(): string[] {
    return this.taken.map(({ text }) => text);
  }

  /** What could not be routed comes back before it is confirmed. */
  giveBack(index: number): void {
    const { id } = this.taken[index] as { id: string };
    this.channels.at(-1)?.emit("return", { fields: { routingKey: "k" }, properties: { messageId: id } });
    this.taken[index]?.confirm(null);
  }
}

async function setUp() {
  const clock = virtualClock();
  const connections: Connection[] = [];
  const link = new BrokerLink({
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    url: "amqp://broker",
    name: "test",
    connect: () => {
      connections.push(new Connection());
      return Promise.resolve(connections.at(-1) as unknown as ChannelModel);
    },
  });
  const outbox = new Outbox({ link, clock, prepare: () => Promise.resolve() });
  await clock.runUntilIdle();
  const at = (index: number): Connection => connections.at(index) as Connection;
  return { clock, link, outbox, at };
}

const letter = (text: string): Letter => ({
  exchange: "e",
  key: "k",
  body: Buffer.from(text),
  messageId: text,
  mandatory: true,
});

describe("an outbox", () => {
  test("sends again, first and in order, what was not confirmed", async () => {
    const { clock, link, outbox, at } = await setUp();
    const posted = ["a", "b", "c"].map((text) => outbox.post(letter(text)));
    at(0).taken[1]?.confirm(null);
    expect(await posted[1]).toEqual({ outcome: "confirmed", inDoubt: false });
    at(0).emit("close", new Error("reset"));
    const later = outbox.post(letter("d"));
    await clock.advance(1_000);
    expect(at(-1).texts).toEqual(["a", "c", "d"]);
    for (const { confirm } of at(-1).taken) confirm(null);
    expect(await Promise.all([posted[0], posted[2], later])).toEqual([
      { outcome: "confirmed", inDoubt: true },
      { outcome: "confirmed", inDoubt: true },
      { outcome: "confirmed", inDoubt: false },
    ]);
    await outbox.close();
    await link.close();
    expect(clock.pending).toBe(0);
  });

  test("a letter that comes back says so, and the others do not", async () => {
    const { link, outbox, at } = await setUp();
    const posted = ["a", "b"].map((text) => outbox.post(letter(text)));
    at(0).giveBack(1);
    at(0).taken[0]?.confirm(null);
    expect((await Promise.all(posted)).map(({ outcome }) => outcome)).toEqual(["confirmed", "returned"]);
    await link.close();
  });

  test("what is called off is not sent again", async () => {
    const { clock, link, outbox, at } = await setUp();
    const abort = new AbortController();
    const posted = outbox.post(letter("a"), abort.signal);
    const kept = outbox.post(letter("b"));
    abort.abort(new Error("called off"));
    await expect(posted).rejects.toThrow("called off");
    at(0).emit("close", new Error("reset"));
    await clock.advance(1_000);
    expect(at(-1).texts).toEqual(["b"]);
    at(-1).taken[0]?.confirm(null);
    await kept;
    await link.close();
  });

  test("ends a connection whose broker takes messages and says nothing, or refuses one", async () => {
    const { clock, link, outbox, at } = await setUp();
    const posted = outbox.post(letter("a"));
    await clock.advance(31_000);
    expect(at(-1)).not.toBe(at(0));
    at(-1).taken[0]?.confirm(new Error("nacked"));
    await clock.advance(1_000);
    expect(at(-1).texts).toEqual(["a"]);
    at(-1).taken[0]?.confirm(null);
    expect(await posted).toMatchObject({ outcome: "confirmed" });
    await link.close();
  });

  test("A3: holds back what is beyond its window, and tells producers to wait", async () => {
    const { link, outbox, at } = await setUp();
    const posted = Array.from({ length: 600 }, (_, index) => outbox.post(letter(String(index))));
    expect(at(0).taken).toHaveLength(256);
    let admitted = false;
    void outbox.room()?.then(() => (admitted = true));
    for (let index = 0; index < 80; index++) at(0).taken[index]?.confirm(null);
    await Promise.all(posted.slice(0, 80));
    expect(admitted).toBe(false);
    for (let index = 80; index < 600; index++) at(0).taken[index]?.confirm(null);
    await Promise.all(posted);
    expect(admitted).toBe(true);
    expect(at(0).texts).toEqual(posted.map((_, index) => String(index)));
    await outbox.drained();
    await link.close();
  });

  test("A3: sends nothing to a broker that is blocked", async () => {
    const { clock, link, outbox, at } = await setUp();
    at(0).emit("blocked", "low on memory");
    const posted = outbox.post(letter("a"));
    await clock.advance(120_000);
    expect(at(0).taken).toHaveLength(0);
    at(0).emit("unblocked");
    at(0).taken[0]?.confirm(null);
    await posted;
    await link.close();
  });

  test("closing refuses what is unsettled, and does not say that nobody has it", async () => {
    const { link, outbox } = await setUp();
    const refused = outbox.post(letter("a")).catch((error: unknown) => error);
    await outbox.close();
    expect(await refused).toMatchObject({ code: "draining" });
    await expect(outbox.post(letter("b"))).rejects.toMatchObject({ code: "draining" });
    await link.close();
  });
});
