import { EventEmitter } from "node:events";
import { silentLogger } from "@throughline/protocol";
import { seededRandom, virtualClock } from "@throughline/testing";
import type { ChannelModel } from "amqplib";
import { describe, expect, test } from "vitest";
import { BrokerLink, type Connect } from "../src/link/link.ts";

const world = () => ({ clock: virtualClock(), random: seededRandom(7), logger: silentLogger });

/** A connection of which nothing is asked but that it be there; the network is what is played here. */
class Connection extends EventEmitter {
  close(): Promise<void> {
    this.emit("close");
    return Promise.resolve();
  }
}

const model = (connection: Connection): ChannelModel => connection as unknown as ChannelModel;
const url = "amqp://me:secret@broker";

describe("a link", () => {
  test("tries again after growing random delays, never longer than five seconds", async () => {
    const { clock, ...rest } = world();
    const at: number[] = [];
    const connect: Connect = () => {
      at.push(clock.monotonic());
      return Promise.reject(new Error("refused"));
    };
    const link = new BrokerLink({ ...rest, clock, url, name: "test", connect });
    for (let round = 0; at.length < 60 && round < 100; round++) await clock.advance(30_000);
    const delays = at.slice(1).map((time, index) => time - (at[index] as number));
    const ceilings = delays.map((_, index) => Math.min(5_000, 200 * 2 ** index));
    expect(delays.every((delay, index) => delay <= (ceilings[index] as number))).toBe(true);
    expect(Math.max(...delays)).toBeGreaterThan(4_000);
    expect(new Set(delays).size).toBeGreaterThan(50);
    await link.close();
    expect(clock.pending).toBe(0);
  });

  test("connects once for each loss, and forgets failures after a steady connection", async () => {
    const { clock, ...rest } = world();
    const connections: Connection[] = [];
    const connect: Connect = () => {
      connections.push(new Connection());
      return Promise.resolve(model(connections.at(-1) as Connection));
    };
    const link = new BrokerLink({ ...rest, clock, url, name: "test", connect });
    const states: string[] = [];
    link.onState(() => states.push(link.state));
    await clock.runUntilIdle();
    for (let loss = 1; loss <= 3; loss++) {
      await clock.advance(60_000);
      // Both events of one loss, as the library gives them.
      connections.at(-1)?.emit("error", new Error("reset"));
      connections.at(-1)?.emit("close", new Error("reset"));
      // A first failure's delay, since the connection had been a good one.
      await clock.advance(200);
      expect(connections).toHaveLength(loss + 1);
    }
    await link.close();
    expect(states).toEqual(["up", "down", "up", "down", "up", "down", "up", "down", "closed"]);
    expect(clock.pending).toBe(0);
  });

  test("says when the broker takes nothing, of its present connection only", async () => {
    const { clock, ...rest } = world();
    const connections: Connection[] = [];
    const connect: Connect = () =>
      Promise.resolve(model((connections.push(new Connection()), connections.at(-1)) as Connection));
    const link = new BrokerLink({ ...rest, clock, url, name: "test", connect });
    await clock.runUntilIdle();
    const [first] = connections;
    first?.emit("blocked", "low on memory");
    expect(link.state).toBe("blocked");
    first?.emit("unblocked");
    expect(link.state).toBe("up");
    first?.emit("close");
    await clock.advance(1_000);
    first?.emit("blocked", "too late");
    expect(link.state).toBe("up");
    await link.close();
  });

  test("gives up a connection that is never answered, and closes one that comes too late", async () => {
    const { clock, ...rest } = world();
    const late: ((connection: ChannelModel) => void)[] = [];
    const connect: Connect = () => new Promise((resolve) => late.push(resolve));
    const link = new BrokerLink({ ...rest, clock, url, name: "test", connect });
    await clock.advance(20_000);
    expect(late.length).toBeGreaterThan(1);
    const connection = new Connection();
    let closed = false;
    connection.once("close", () => (closed = true));
    late[0]?.(model(connection));
    await clock.runUntilIdle();
    expect(closed).toBe(true);
    await link.close();
    expect(clock.pending).toBe(0);
  });

  test("ends a connection on which what is needed cannot be set up, and tries it with the next", async () => {
    const { clock, ...rest } = world();
    const connect: Connect = () => Promise.resolve(model(new Connection()));
    const link = new BrokerLink({ ...rest, clock, url, name: "test", connect });
    let opened = 0;
    link.use({
      open: () => {
        opened += 1;
        // The second never answers.
        if (opened === 2) return new Promise(() => undefined);
        return opened === 1 ? Promise.reject(new Error("no")) : Promise.resolve();
      },
    });
    await clock.advance(60_000);
    expect(opened).toBe(3);
    expect(link.state).toBe("up");
    await link.close();
  });

  test("A2: no line of its log has the password", async () => {
    const { clock, random } = world();
    const lines: unknown[] = [];
    const line = (...words: unknown[]): void => void lines.push(words);
    const logger = {
      debug: line,
      info: line,
      warn: line,
      error: line,
      child: (fields: object) => (lines.push(fields), logger),
    };
    const connect: Connect = () => Promise.reject(new Error("refused"));
    const link = new BrokerLink({ clock, random, logger, url, name: "test", connect });
    await clock.advance(1_000);
    await link.close();
    expect(JSON.stringify(lines)).toContain("amqp://broker");
    expect(JSON.stringify(lines)).not.toContain("secret");
  });
});
