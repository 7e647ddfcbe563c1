import { ThroughlineError } from "@throughline/protocol";
import { seededRandom, virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import type { Carrier } from "../src/carriers/carrier.ts";
import { Connection, type ConnectionEvents, type DialHost } from "../src/connection/connection.ts";
import { failureOfClose, lost } from "../src/connection/failure.ts";
import { backoff } from "../src/connection/policy.ts";
import { type ExpiringToken, Tokens } from "../src/connection/token.ts";
import type { Signal } from "../src/index.ts";
import { memoryStorage } from "../src/index.ts";
import { Emitter } from "../src/stores/emitter.ts";
import { openWorld } from "./support/world.ts";

/** How the token is had: a provider for each test. */
const AUTH = {
  "no token": () => undefined,
  "a good token": () => async () => "good",
  "a token that ends once": () => once("old", "good"),
  "a token that is never good": () => async () => "bad",
  "a provider that fails at first": () => once(new Error("sign-in is down"), "good"),
  "a provider that says never": () => async () => {
    throw new ThroughlineError("forbidden", "Signed out.");
  },
} as const;

/** How the socket behaves once the token is shown. */
const SOCKET = {
  "opens and stays": [],
  "is refused twice, then stays": ["refuse", "refuse"],
  "opens and breaks twice, then stays": ["break", "break"],
  "never answers at first, then stays": ["hang"],
  "is told it is wrong": ["wrong"],
} as const;

type Auth = keyof typeof AUTH;
type Behaviour = keyof typeof SOCKET;

/** What becomes of it in the end. A client without a token is let in here; whoever shows a bad one is not. */
function expected(auth: Auth, behaviour: Behaviour): string {
  if (auth === "a token that is never good" || auth === "a provider that says never") return "error";
  return behaviour === "is told it is wrong" ? "error" : "connected";
}

const matrix = (Object.keys(AUTH) as Auth[]).flatMap((auth) =>
  (Object.keys(SOCKET) as Behaviour[]).map((behaviour) => ({ auth, behaviour })),
);

describe("whatever the token and the socket do", () => {
  test.each(matrix)("$auth, and a socket that $behaviour", async ({ auth, behaviour }) => {
    const world = open([...SOCKET[behaviour]], AUTH[auth]());
    world.connection.connect();
    await world.clock.advance(120_000);
    expect(world.connection.state.get().state).toBe(expected(auth, behaviour));
    expect(world.live()).toBe(expected(auth, behaviour) === "connected" ? 1 : 0);
    const opened = world.log.filter((line) => line === "connected").length;
    const closed = world.log.filter((line) => line === "disconnected").length;
    expect(opened - closed).toBe(world.live());
    world.connection.close();
    // A pong may still be on its way to nobody.
    await world.clock.advance(5);
    expect([world.live(), world.clock.pending]).toEqual([0, 0]);
  });
});

test("silence for two heartbeats means a dead connection; a machine that slept asks at once", async () => {
  const world = open([], undefined);
  world.connection.connect();
  await world.clock.advance(100);
  world.mute(true);
  await world.clock.advance(59_000);
  expect(world.connection.state.get().state).toBe("connected");
  await world.clock.advance(2_000);
  expect(world.log).toContain("disconnected");
  world.mute(false);
  await world.clock.advance(30_000);
  expect(world.connection.state.get().state).toBe("connected");
  // The lid was closed for an hour; the socket does not know.
  world.mute(true);
  world.clock.jump(3_600_000);
  const before = world.log.length;
  await world.clock.advance(34_500);
  expect(world.log.slice(before)).toContain("disconnected");
  world.connection.close();
});

test("coming online ends the wait; going offline or being looked at makes sure of what is open", async () => {
  const script = Array.from({ length: 100 }, () => "refuse" as const);
  const world = open(script, undefined);
  world.connection.connect();
  await world.clock.advance(60_000);
  expect(world.connection.state.get()).toMatchObject({ state: "reconnecting", retryAt: expect.any(Number) });
  script.length = 0;
  world.signal("online");
  await world.clock.advance(1);
  expect(world.connection.state.get().state).toBe("connected");
  for (const signal of ["visible", "offline"] as const) {
    world.mute(true);
    world.signal(signal);
    await world.clock.advance(4_001);
    expect(world.connection.state.get().state).toBe("reconnecting");
    world.mute(false);
    world.connection.nudge();
    await world.clock.advance(1);
    expect(world.connection.state.get().state).toBe("connected");
  }
  world.connection.close();
});

test("a token is renewed before it ends, and shared by whoever asks meanwhile", async () => {
  const clock = virtualClock();
  let asked = 0;
  let endings = 0;
  const tokens = new Tokens(
    clock,
    async () => ({ token: `t${(asked += 1)}`, expiresAt: clock.now() + 60_000 }),
    () => (endings += 1),
  );
  expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(["t1", "t1"]);
  await clock.advance(30_000);
  expect(endings).toBe(1);
  tokens.forget();
  expect(await tokens.get()).toBe("t2");
});

test.each([
  ["throws", () => raise(new Error("no session"))],
  ["gives none", async () => undefined],
  ["rejects", () => Promise.reject(new Error("no session"))],
])("a provider that %s is answered at once, and heard of no more", async (_what, provider) => {
  const clock = virtualClock();
  const tokens = new Tokens(clock, provider as never, () => {});
  await expect(tokens.get()).rejects.toThrow();
  // Nothing is left that could still be rejected, with nobody there to hear it.
  expect(clock.pending).toBe(0);
});

test("a token that comes when all is over is not renewed for ever", async () => {
  const clock = virtualClock();
  const given = Promise.withResolvers<ExpiringToken>();
  let endings = 0;
  const tokens = new Tokens(
    clock,
    () => given.promise,
    () => (endings += 1),
  );
  const asked = tokens.get();
  tokens.close();
  given.resolve({ token: "late", expiresAt: clock.now() + 31_000 });
  expect(await asked).toBe("late");
  await clock.advance(60_000);
  expect([endings, clock.pending]).toEqual([0, 0]);
});

test("a page in the background, which gets its turns late, takes no living connection for dead", async () => {
  await using world = await openWorld();
  const { clock } = world;
  const toNextMinute = (ms: number): number => Math.ceil((clock.now() + ms) / 60_000) * 60_000 - clock.now();
  const client = world.client({
    system: {
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setImmediate: (work) => clock.setImmediate(work),
        setTimeout: (work, ms) => clock.setTimeout(work, ms < 1000 ? ms : toNextMinute(ms)),
      },
    },
  });
  const told: unknown[] = [];
  client.on("disconnected", ({ error }) => told.push(error));
  client.connect();
  await clock.advance(20 * 60_000);
  expect([client.connection.get().state, told]).toEqual(["connected", []]);
});

function raise(error: Error): never {
  throw error;
}

type Step = "refuse" | "break" | "hang" | "wrong";

/** A connection whose carriers do as the script says, and then open and stay. */
function open(script: Step[], provider: (() => Promise<string>) | undefined) {
  const clock = virtualClock();
  const events = new Emitter<ConnectionEvents>();
  const log: string[] = [];
  for (const name of ["connected", "disconnected", "reconnecting", "error"] as const)
    events.on(name, () => log.push(name));
  const tokens = new Tokens(clock, provider, () => {});
  const live = new Set<object>();
  let isMute = false;
  let listener = (_signal: Signal): void => {};

  const dial = (host: DialHost<string, never>): { cancel(): void } => {
    if (connection.wasDenied) tokens.forget();
    const own = {};
    let isOver = false;
    const end = (tell: () => void): void => {
      if (isOver) return;
      isOver = true;
      live.delete(own);
      timer.cancel();
      tell();
    };
    const timer = clock.setTimeout(() => end(() => host.ended(lost("No welcome."))), 6_000);
    const carrier: Carrier<string> = {
      transport: "websocket",
      pings: true,
      send: () => {},
      probe: (id) =>
        void clock.setTimeout(() => {
          if (isMute || isOver) return;
          host.heard();
          host.pong(id);
        }, 5),
      close: () => end(() => {}),
    };
    tokens.get().then(
      (token) => {
        if (isOver) return;
        if (token !== undefined && token !== "good") return end(() => host.ended(failureOfClose(4401, "")));
        const step = script.shift();
        if (step === "refuse") return end(() => host.ended(failureOfClose(1006, "")));
        if (step === "wrong") return end(() => host.ended(failureOfClose(4400, "")));
        if (step === "hang") return;
        live.add(own);
        timer.cancel();
        host.opened(carrier, 30_000);
        if (step === "break") clock.setTimeout(() => end(() => host.ended(failureOfClose(1006, ""))), 100);
      },
      (thrown: unknown) => {
        const error = ThroughlineError.from(thrown, "unauthenticated");
        const kind = error.code === "forbidden" ? "refused" : "lost";
        end(() => host.ended({ error, kind, retryAfterMs: 0, elsewhere: false }));
      },
    );
    return { cancel: () => carrier.close() };
  };

  const connection: Connection<string, never> = new Connection<string, never>({
    system: {
      clock,
      random: seededRandom(3),
      fetch: () => Promise.reject(new Error("no network")),
      WebSocket: Object as never,
      storage: memoryStorage(),
      signals: {
        subscribe: (given) => {
          listener = given;
          return () => (listener = () => {});
        },
      },
    },
    policy: backoff(),
    events,
    dialler: { dial },
    host: { opened: () => {}, ended: () => {}, frame: () => {} },
  });
  return {
    clock,
    connection,
    log,
    live: () => live.size,
    mute: (mute: boolean) => (isMute = mute),
    signal: (signal: Signal) => listener(signal),
  };
}

/** Gives (or throws) the one the first time, and the other ever after. */
function once(first: string | Error, then: string): () => Promise<string> {
  let isFirst = true;
  return async () => {
    if (!isFirst) return then;
    isFirst = false;
    if (first instanceof Error) throw first;
    return first;
  };
}
