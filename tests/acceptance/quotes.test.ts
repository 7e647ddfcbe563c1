import { marketQuotes, systemMarketData } from "@throughline/agents";
import { createMetrics } from "@throughline/gateway";
import { silentLogger } from "@throughline/protocol";
import { QuoteServerFrame } from "@throughline/protocol/schemas";
import { seededRandom, virtualClock, type VirtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import type { Frame, WsClient } from "../support/ws-client.ts";

/** `WS /ws/quotes` in raw frames. Time moves only when a test says so. */

const DAY_MS = 60_000;
const data = systemMarketData();

async function serve(clock: VirtualClock, options: object = {}): Promise<TestServer> {
  const quotes = marketQuotes({ data, clock, random: seededRandom(1), logger: silentLogger, dayMs: DAY_MS });
  return startServer({ clock, quotes, ...options });
}

/** Everything the client has got up to now. */
async function framesOf(client: WsClient): Promise<Frame[]> {
  client.send({ type: "ping" });
  await client.next("pong");
  return client.frames.filter(({ type }) => type !== "pong");
}

/** Resolves when so many symbols have been quoted: each as soon as its prices are read, in whichever order that is. */
async function untilQuoted(client: WsClient, symbols: number): Promise<void> {
  for (const seen = new Set<string>(); seen.size < symbols;) seen.add((await client.next("quote"))["symbol"]);
}

const symbolsOf = (frames: readonly Frame[]): Set<string> => new Set(frames.map(({ symbol }) => String(symbol)));

describe("a subscription", () => {
  test("gives at least one quote a second of each symbol, the first at once", async () => {
    const clock = virtualClock();
    await using server = await serve(clock);
    const client = await server.connect("/ws/quotes?symbols=AAPL,btc-usd,SPX");
    await untilQuoted(client, 3);
    const start = clock.now();
    await clock.advance(20_000);
    const frames = await framesOf(client);
    for (const symbol of ["AAPL", "BTC-USD", "SPX"]) {
      const times = frames.filter((frame) => frame["symbol"] === symbol).map(({ timestamp }) => Date.parse(timestamp));
      for (let second = 0; second < 20; second++) {
        const [from, to] = [start + second * 1_000, start + (second + 1) * 1_000];
        expect(times.some((time) => time >= from && time <= to)).toBe(true);
      }
    }
    for (const frame of frames) expect(QuoteServerFrame.parse(frame)).toMatchObject({ source: "replay" });
  });

  test("plays the newest days again: a whole day takes the set time, its change is that since the day before", async () => {
    // The very start of a replayed day.
    const clock = virtualClock({ start: 30 * DAY_MS * 1_000 });
    await using server = await serve(clock);
    const client = await server.connect("/ws/quotes?symbols=SPX");
    await client.next("quote");
    await clock.advance(DAY_MS - 500);
    const { points } = await data.series("SPX");
    const [before, bar] = [points.at(-31), points.at(-30)];
    const quotes = await framesOf(client);
    const last = quotes.at(-1);
    const within = (bar?.close ?? 0) * 0.01;
    expect(Math.abs(last?.["price"] - (bar?.close ?? 0))).toBeLessThan(within);
    expect(last?.["change"]).toBeCloseTo(last?.["price"] - (before?.close ?? 0), 1);
    expect(last?.["change_percent"]).toBeCloseTo((last?.["price"] / (before?.close ?? 1) - 1) * 100, 1);
    expect(last?.["volume"]).toBeGreaterThan(quotes[0]?.["volume"]);
    const prices = quotes.map(({ price }) => Number(price));
    expect(new Set(prices).size).toBeGreaterThan(50);
  });

  test("a symbol without data is simulated and says so", async () => {
    await using server = await serve(virtualClock());
    const client = await server.connect("/ws/quotes?symbols=ZZZZ");
    expect(await client.next("quote")).toMatchObject({
      symbol: "ZZZZ",
      source: "simulated",
      price: expect.any(Number),
    });
  });

  test("two clients see the same quotes", async () => {
    const clock = virtualClock();
    await using server = await serve(clock);
    const [one, two] = [
      await server.connect("/ws/quotes?symbols=AAPL"),
      await server.connect("/ws/quotes?symbols=AAPL"),
    ];
    await Promise.all([one.next("quote"), two.next("quote")]);
    await clock.advance(3_000);
    const [first, second] = [await framesOf(one), await framesOf(two)];
    expect(first.slice(-5)).toEqual(second.slice(-5));
  });
});

describe("frames", () => {
  test("subscribe and unsubscribe change what comes", async () => {
    const clock = virtualClock();
    await using server = await serve(clock);
    const client = await server.connect("/ws/quotes");
    client.send({ type: "subscribe", symbols: ["AAPL", "SPX"] });
    await untilQuoted(client, 2);
    client.send({ type: "unsubscribe", symbols: ["aapl"] });
    const known = (await framesOf(client)).length;
    await clock.advance(2_000);
    const later = (await framesOf(client)).slice(known);
    expect(later.length).toBeGreaterThan(1);
    expect(symbolsOf(later)).toEqual(new Set(["SPX"]));
    client.send({ type: "unsubscribe", symbols: ["SPX"] });
    const all = (await framesOf(client)).length;
    await clock.advance(2_000);
    expect(await framesOf(client)).toHaveLength(all);
  });

  test.each([
    [["a b"], "invalid_input", "A B"],
    [["!"], "invalid_input", "!"],
    [["A/B/C"], "not_found", "A/B/C"],
    ["AAPL", "invalid_input", undefined],
    [[7], "invalid_input", undefined],
    [undefined, "invalid_input", undefined],
  ])("symbols %j are answered by an error, and the socket stays open", async (symbols, code, symbol) => {
    await using server = await serve(virtualClock());
    const client = await server.connect("/ws/quotes");
    client.send({ type: "subscribe", symbols });
    const refused = await client.next("error");
    expect(refused).toMatchObject({ code, ...(symbol === undefined ? {} : { symbol }) });
    QuoteServerFrame.parse(refused);
    client.send({ type: "subscribe", symbols: ["AAPL"] });
    await client.next("quote");
  });

  test("A3: one connection has at most 50 symbols", async () => {
    await using server = await serve(virtualClock());
    const client = await server.connect("/ws/quotes");
    client.send({ type: "subscribe", symbols: Array.from({ length: 52 }, (_, index) => `SYM${index}`) });
    const refused = [await client.next("error"), await client.next("error")];
    expect(refused.map(({ code, symbol }) => [code, symbol])).toEqual([
      ["too_many_symbols", "SYM50"],
      ["too_many_symbols", "SYM51"],
    ]);
    client.send({ type: "unsubscribe", symbols: ["SYM0"] });
    client.send({ type: "subscribe", symbols: ["SYM50"] });
    await client.next("quote", ({ symbol }) => symbol === "SYM50");
  });

  test("what is not known is ignored and counted", async () => {
    await using server = await serve(virtualClock(), { metrics: createMetrics() });
    const client = await server.connect("/ws/quotes");
    for (const frame of ["not json", "[]", { type: "nope" }]) client.send(frame);
    expect(await framesOf(client)).toEqual([]);
    const figures = await (await fetch(`${server.origin}/metrics`)).text();
    expect(figures).toContain('throughline_frames_ignored_total{dialect="quotes"} 3');
  });
});

test("nothing is worked on once the last client has left", async () => {
  const clock = virtualClock();
  const quotes = marketQuotes({ data, clock, random: seededRandom(1), logger: silentLogger });
  let told = 0;
  const listener = { quote: () => (told += 1), unknown: () => undefined };
  const leave = quotes.subscribe(["AAPL"], listener);
  while (told === 0) await clock.advance(500);
  leave();
  const known = told;
  expect(clock.pending).toBe(0);
  await clock.advance(5_000);
  expect(told).toBe(known);
});

test("without a source the address is not served", async () => {
  await using server = await startServer();
  await expect(server.connect("/ws/quotes?symbols=AAPL")).rejects.toMatchObject({ status: 404 });
});
