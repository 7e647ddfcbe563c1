import { createMemoryLog } from "@throughline/log";
import { EventType, ThroughlineError } from "@throughline/protocol";
import { expect, test } from "vitest";
import { systemClock, systemRandom } from "../src/index.ts";
import { encodeEvent } from "../src/threads/codec.ts";
import { Threads } from "../src/threads/threads.ts";

const record = (value: number): Uint8Array => encodeEvent({ type: EventType.CUSTOM, name: "n", value });

test("L3: a thread that was closed and opened again is not taken for a repeat of its former self", async () => {
  await using log = Object.assign(createMemoryLog({ clock: systemClock, random: systemRandom }), {
    [Symbol.asyncDispose]: () => log.close(),
  });
  const threads = new Threads({ log, clock: systemClock, incarnation: 1 });
  const first = await threads.open("t", "a");
  await first.writer.write({ records: [record(1)] });
  threads.drop(first);
  const second = await threads.open("t", "a");
  expect(await second.writer.write({ records: [record(2)] })).toEqual({ first: 2, last: 2 });
  expect((await log.info("t/a"))?.head).toBe(2);
});

test("a batch is composed when its turn has come, and one that is refused leaves the others be", async () => {
  await using log = Object.assign(createMemoryLog({ clock: systemClock, random: systemRandom }), {
    [Symbol.asyncDispose]: () => log.close(),
  });
  const { writer } = await new Threads({ log, clock: systemClock, incarnation: 1 }).open("t", "a");
  const seen: number[] = [];
  const compose = (first: number) => {
    seen.push(first);
    return { records: [record(first), record(first)], controls: [{ key: "k", value: String(first) }] };
  };
  const refused = writer.write({
    compose: () => {
      throw new ThroughlineError("version_mismatch", "no");
    },
  });
  const written = Promise.all([
    writer.write({ records: [record(0)] }),
    writer.write({ compose }),
    writer.write({ compose }),
  ]);
  await expect(refused).rejects.toMatchObject({ code: "version_mismatch" });
  expect(await written).toEqual([
    { first: 1, last: 1 },
    { first: 2, last: 3 },
    { first: 4, last: 5 },
  ]);
  expect(seen).toEqual([2, 4]);
  expect(await log.control("k")).toBe("4");
});
