import { expect, test } from "vitest";
import { Link, type LinkOptions, virtualClock } from "../src/index.ts";

function wire(options: LinkOptions = {}) {
  const clock = virtualClock();
  const pieces: number[][] = [];
  const link = new Link(clock, options, (bytes) => pieces.push([...bytes]));
  return { clock, pieces, link };
}

test("bytes arrive in order after the latency, in pieces of the sizes asked for", async () => {
  const { clock, pieces, link } = wire({ latencyMs: 5, chunkBytes: () => 2 });
  link.write(Uint8Array.of(1, 2, 3));
  link.write(Uint8Array.of(4));
  await clock.advance(4);
  expect(pieces).toEqual([]);
  await clock.advance(1);
  expect(pieces).toEqual([[1, 2], [3], [4]]);
});

test("what a paused link has not taken is buffered, and its end is told once", async () => {
  const { clock, link } = wire();
  let drained = 0;
  link.pause();
  link.write(new Uint8Array(10));
  link.write(new Uint8Array(5));
  link.onceDrained(() => drained++);
  await clock.advance(1_000);
  expect([link.buffered, link.peakBuffered, drained]).toEqual([15, 15, 0]);
  link.resume();
  link.write(new Uint8Array(1));
  await clock.advance(0);
  expect([link.buffered, drained]).toEqual([0, 1]);
});

test("a throttled link takes as many bytes as its rate allows", async () => {
  const { clock, pieces, link } = wire();
  link.throttle(1_000);
  link.write(new Uint8Array(100));
  await clock.advance(50);
  expect(pieces.flat()).toHaveLength(50);
  expect(link.buffered).toBe(50);
  await clock.advance(50);
  expect(link.buffered).toBe(0);
});

test("a cut link delivers nothing more, be it in the middle of what was written", async () => {
  const { clock, pieces, link } = wire();
  let blown = 0;
  link.cutAfter(3, () => blown++);
  link.write(Uint8Array.of(1, 2));
  link.write(Uint8Array.of(3, 4));
  link.write(Uint8Array.of(5));
  await clock.advance(1);
  expect([pieces.flat(), blown]).toEqual([[1, 2, 3], 1]);
});
