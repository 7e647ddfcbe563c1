import { EventEmitter } from "node:events";
import { type Clock, silentLogger } from "@throughline/protocol";
import { describe, expect, test } from "vitest";
import { supervise } from "../src/server/supervise.ts";

/** A supervised process whose time and stop are in the test's hand. */
function supervised() {
  const process = new EventEmitter();
  const exits: number[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    setTimeout: () => ({ cancel() {} }),
    setImmediate() {},
  };
  const stopped = Promise.withResolvers<void>();
  let stops = 0;
  supervise({
    process: { on: (event, listener) => process.on(event, listener), exit: (code) => exits.push(code) },
    clock,
    logger: silentLogger,
    stop: () => {
      stops += 1;
      return stopped.promise;
    },
  });
  return {
    exits,
    stopped,
    stops: () => stops,
    signal: (name: "SIGTERM" | "SIGINT") => process.emit(name, name),
    fail: (event: "uncaughtException" | "unhandledRejection") => process.emit(event, new Error("x")),
    pass: (ms: number) => (now += ms),
  };
}

describe("supervise", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("D6: %s stops the server and then exits with 0", async (signal) => {
    const it = supervised();
    it.signal(signal);
    expect([it.stops(), it.exits]).toEqual([1, []]);
    it.stopped.resolve();
    await it.stopped.promise;
    expect(it.exits).toEqual([0]);
  });

  test("a second signal exits at once", () => {
    const it = supervised();
    it.signal("SIGTERM");
    it.pass(501);
    it.signal("SIGTERM");
    expect([it.stops(), it.exits]).toEqual([1, [1]]);
  });

  test("the echo of a signal is not a second one", () => {
    const it = supervised();
    it.signal("SIGINT");
    it.pass(20);
    it.signal("SIGINT");
    expect([it.stops(), it.exits]).toEqual([1, []]);
  });

  test("a stop that fails exits with 1", async () => {
    const it = supervised();
    it.signal("SIGTERM");
    it.stopped.reject(new Error("disk gone"));
    await it.stopped.promise.catch(() => undefined);
    await Promise.resolve();
    expect(it.exits).toEqual([1]);
  });

  test.each(["uncaughtException", "unhandledRejection"] as const)("%s exits with 1", (event) => {
    const it = supervised();
    it.fail(event);
    expect(it.exits).toEqual([1]);
  });
});
