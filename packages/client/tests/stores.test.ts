import { virtualClock } from "@throughline/testing";
import { afterEach, expect, test, vi } from "vitest";
import { Store, ThrottledStore } from "../src/index.ts";
import { Emitter } from "../src/stores/emitter.ts";

afterEach(() => vi.unstubAllGlobals());

test("a listener that throws is reported, and harms neither the others nor whoever tells", () => {
  const reported: unknown[] = [];
  vi.stubGlobal("reportError", (thrown: unknown) => reported.push(thrown));
  const problem = new Error("a page's own");
  const fail = (): void => {
    throw problem;
  };
  const told: unknown[] = [];
  const store = new Store(0);
  store.subscribe(fail);
  store.subscribe(() => told.push(store.get()));
  store.set(1);
  const emitter = new Emitter<{ said: string }>();
  emitter.on("said", fail);
  emitter.on("said", (text) => told.push(text));
  emitter.emit("said", "hello");
  expect(told).toEqual([1, "hello"]);
  expect(reported).toEqual([problem, problem]);
});

test("who listens anew while it is told hears of the next change, and who has gone hears of none", () => {
  const store = new Store(0);
  const heard: string[] = [];
  const once = (): void => {
    const end = store.subscribe(() => {
      end();
      heard.push("once");
      once();
      stop();
    });
  };
  once();
  const stop = store.subscribe(() => heard.push("stopped"));
  store.set(1);
  expect(heard).toEqual(["once"]);
});

test("a throttled store publishes the first change at once and the last one when its time is over", async () => {
  const clock = virtualClock();
  const store = new ThrottledStore(0, 50, clock);
  const seen: number[] = [];
  const end = store.subscribe(() => seen.push(store.get()));
  for (const value of [1, 2, 3]) store.set(value);
  expect([store.get(), store.peek()]).toEqual([1, 3]);
  await clock.advance(50);
  await clock.advance(50);
  store.set(4);
  expect(seen).toEqual([1, 3, 4]);
  end();
  await clock.advance(50);
  store.set(5);
  expect(seen).toEqual([1, 3, 4]);
});
