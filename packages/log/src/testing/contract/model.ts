/**
 * The store against a model small enough to be seen right: random operations, restarts among them,
 * and after each the store must hold what the model holds.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamLog } from "../../stream-log.ts";
import { Bench, bytes, readAll, type StoreUnderTest } from "../fixture.ts";

interface ModelStream {
  records: string[];
  first: number;
  closed: boolean;
}

class Model {
  readonly streams = new Map<string, ModelStream>();
  readonly controls = new Map<string, string>();
}

/** Runs on the model and says what the store should answer: a code, or "ok". */
interface Step {
  readonly label: string;
  readonly model: (model: Model) => string;
  readonly store: (log: StreamLog) => Promise<unknown>;
}

const NAMES = ["a", "b", "c"];
const name = fc.constantFrom(...NAMES);

const append = fc
  .record({
    stream: name,
    count: fc.nat(4),
    create: fc.boolean(),
    expectedHead: fc.option(fc.nat(6), { nil: undefined }),
    key: fc.option(fc.constantFrom("k1", "k2"), { nil: undefined }),
    label: fc.string({ maxLength: 3 }),
  })
  .map(({ stream, count, create, expectedHead, key, label }): Step => {
    const records = Array.from({ length: count }, (_, i) => `${label}${i}`);
    return {
      label: `append ${stream} ${JSON.stringify(records)} create=${create} expectedHead=${expectedHead} key=${key}`,
      model({ streams, controls }) {
        const found = streams.get(stream);
        if (found === undefined && !create) return "not_found";
        if (found?.closed === true && count > 0) return "stream_closed";
        if (expectedHead !== undefined && expectedHead !== (found?.records.length ?? 0)) return "head_mismatch";
        const kept = found ?? { records: [], first: 1, closed: false };
        kept.records.push(...records);
        streams.set(stream, kept);
        if (key !== undefined) controls.set(key, label);
        return "ok";
      },
      store: (log) =>
        log.append({
          appends: [
            {
              stream,
              records: bytes(...records),
              ...(create ? { create: {} } : {}),
              ...(expectedHead === undefined ? {} : { expectedHead }),
            },
          ],
          ...(key === undefined ? {} : { controls: [{ key, value: label }] }),
        }),
    };
  });

const trim = fc.record({ stream: name, upTo: fc.nat(12) }).map(({ stream, upTo }): Step => ({
  label: `trim ${stream} ${upTo}`,
  model({ streams }) {
    const found = streams.get(stream);
    if (found === undefined) return "not_found";
    found.first = Math.max(found.first, Math.min(upTo, found.records.length) + 1);
    return "ok";
  },
  store: (log) => log.trim(stream, upTo),
}));

const fork = fc
  .record({ source: name, target: name, at: fc.option(fc.nat(8), { nil: undefined }) })
  .map(({ source, target, at }): Step => ({
    label: `fork ${source} ${target} at=${at}`,
    model({ streams }) {
      const found = streams.get(source);
      if (found === undefined) return "not_found";
      if (streams.has(target)) return "stream_exists";
      const end = at ?? found.records.length;
      if (end > found.records.length) return "invalid_input";
      if (end < found.first - 1) return "trimmed";
      streams.set(target, { records: found.records.slice(0, end), first: found.first, closed: false });
      return "ok";
    },
    store: (log) => log.fork(source, target, at === undefined ? {} : { at }),
  }));

const remove = name.map((stream): Step => ({
  label: `delete ${stream}`,
  model({ streams }) {
    streams.delete(stream);
    return "ok";
  },
  store: (log) => log.delete(stream),
}));

const end = name.map((stream): Step => ({
  label: `close ${stream}`,
  model({ streams }) {
    const found = streams.get(stream);
    if (found === undefined) return "not_found";
    found.closed = true;
    return "ok";
  },
  store: (log) => log.closeStream(stream),
}));

/** Steps handed in within one turn, then perhaps a restart. */
const round = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: append },
      { weight: 2, arbitrary: trim },
      { weight: 3, arbitrary: fork },
      remove,
      end,
    ),
    { minLength: 1, maxLength: 6 },
  ),
  restart: fc.constantFrom("no", "no", "no", "reopen", "crash"),
});

async function verdict(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => "ok",
    (error: unknown) => (error as { code: string }).code,
  );
}

async function compare(log: StreamLog, model: Model): Promise<void> {
  const listed = await log.list("");
  expect(listed.map((info) => info.name)).toEqual([...model.streams.keys()].sort());
  for (const [stream, { records, first, closed }] of model.streams) {
    expect(await log.info(stream)).toMatchObject({ head: records.length, first, closed });
    expect(await readAll(log, stream)).toEqual(records.slice(first - 1));
  }
  const controls = await log.controls("");
  expect(new Map(controls.map(({ key, value }) => [key, value]))).toEqual(model.controls);
}

export function model(store: StoreUnderTest, runs: number): void {
  describe("model", () => {
    it("L2 L3 L6: does what a small model does, through restarts and crashes", async () => {
      const scenario = fc.array(round, { minLength: 1, maxLength: 12 });
      const hot = fc.constantFrom(0, 1_000_000);
      const property = fc.asyncProperty(scenario, hot, async (rounds, hotBytes) => {
        await using bench = await Bench.open(store, { hotBytes });
        const expected = new Model();
        for (const { steps, restart } of rounds) {
          const wanted = steps.map((step) => `${step.label}: ${step.model(expected)}`);
          const got = steps.map(async (step) => `${step.label}: ${await verdict(step.store(bench.log))}`);
          expect(await Promise.all(got)).toEqual(wanted);
          if (restart === "reopen") await bench.reopen();
          if (restart === "crash" && bench.canCrash) await bench.crash();
          await compare(bench.log, expected);
        }
      });
      await fc.assert(property, { numRuns: runs });
    });
  });
}
