import { createMemoryLog } from "@throughline/log";
import { type JsonObject, silentLogger } from "@throughline/protocol";
import { FrameParser } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import type { Principal, Scope } from "../../packages/gateway/src/access/principal.ts";
import { Audit } from "../../packages/gateway/src/audit/audit.ts";
import { Delivery } from "../../packages/gateway/src/delivery/delivery.ts";
import { Native } from "../../packages/gateway/src/native/native.ts";
import { Presence } from "../../packages/gateway/src/native/presence.ts";
import { Publisher } from "../../packages/gateway/src/runs/publisher.ts";
import { Runs } from "../../packages/gateway/src/runs/runs.ts";
import { systemClock, systemRandom } from "../../packages/gateway/src/system.ts";
import { noTelemetry } from "../../packages/gateway/src/telemetry/telemetry.ts";
import { Threads } from "../../packages/gateway/src/threads/threads.ts";
import { Clients } from "../../packages/gateway/src/transports/clients.ts";
import { SseTransport } from "../../packages/gateway/src/transports/sse.ts";
import { Turns } from "../../packages/gateway/src/turns.ts";

/** The native protocol for principals that a server without authentication does not have. */

function nobody(): never {
  throw new Error("No agent runs here.");
}

function world(): { native: Native; publisher: Publisher; close(): Promise<void> } {
  const [clock, random, logger, telemetry] = [systemClock, systemRandom, silentLogger, noTelemetry];
  const log = createMemoryLog({ clock, random });
  const threads = new Threads({ log, clock, incarnation: 1 });
  const turns = new Turns(clock);
  const audit = new Audit({ log, clock, logger, keepMs: 60_000 });
  const delivery = new Delivery({ clock, turns, origin: "http://127.0.0.1", logger, telemetry });
  const publisher = new Publisher({ log, threads, clock });
  const ports = { turns, log, clock, random, logger, telemetry, incarnation: 1, agents: new Map(), maxQueued: 1 };
  const none = { workers: undefined, workerLeaseMs: 60_000, companionOf: () => undefined };
  const runs = new Runs({
    ports: { ...ports, ...none, publishers: nobody },
    threads,
    policy: "enqueue",
  });
  const native = new Native({
    ports: {
      log,
      threads,
      runs,
      delivery,
      clients: new Clients(),
      presence: new Presence(clock),
      audit,
      clock,
      random,
      logger,
      telemetry,
      rate: { perSecond: 50, burst: 200 },
      heartbeatMs: 30_000,
      maxFrameBytes: 65_536,
      defaultAgent: "any",
    },
    sse: new SseTransport({ delivery, clock, maxConnections: 1, audit }),
    maxConnections: 1,
  });
  const close = async (): Promise<void> => {
    native.close();
    await audit.close();
    threads.close();
    await log.close();
  };
  return { native, publisher, close };
}

/** A socket of this principal's; `next` gives the frames in order. */
function connect(
  native: Native,
  principal: Principal,
): { send(frame: object): void; next(type: string): Promise<JsonObject> } {
  const frames: JsonObject[] = [];
  let wake = (): void => undefined;
  const parser = new FrameParser((message) => {
    if (message.type === "text") frames.push(JSON.parse(message.text) as JsonObject);
    wake();
  });
  const sink = {
    write: (bytes: Uint8Array) => parser.push(bytes),
    buffered: 0,
    onceDrained: (listener: () => void) => listener(),
    ping: () => undefined,
    end: () => undefined,
  };
  const request = { url: new URL("ws://h/ws"), host: "h", origin: undefined, protocols: ["throughline.v1"] };
  const session = native.accept(request, principal, sink);
  session.handleText(JSON.stringify({ type: "hello" }));
  let read = 0;
  return {
    send: (frame) => session.handleText(JSON.stringify(frame)),
    next: async (type) => {
      for (;;) {
        for (; read < frames.length;) {
          const frame = frames[read++];
          if (frame?.["type"] === type) return frame;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function principal(tenant: string, ...scopes: Scope[]): Principal {
  return { subject: `of ${tenant}`, tenant, scopes: new Set(scopes) };
}

describe("principals", () => {
  test("N16, A1: a thread of another tenant looks like one that does not exist", async () => {
    const { native, publisher, close } = world();
    await publisher.draw("theirs", "s", [{ command: "RESET" }]);
    const answers = [];
    for (const [tenant, thread] of [
      ["theirs", "chart:s"],
      ["ours", "chart:s"],
      ["ours", "chart:t"],
    ] as const) {
      const socket = connect(native, principal(tenant, "read"));
      socket.send({ type: "subscribe", thread, from: "view" });
      answers.push(await socket.next("subscribed"));
    }
    expect(answers[0]).toMatchObject({ head: 1 });
    expect(answers[1]).toMatchObject({ epoch: "", head: 0 });
    expect(JSON.stringify(answers[1]).replaceAll("chart:s", "chart:t")).toBe(JSON.stringify(answers[2]));
    await close();
  });

  test("N16, S1: reading and each command need their scope", async () => {
    const { native, close } = world();
    const blind = connect(native, principal("ours", "run"));
    blind.send({ type: "subscribe", thread: "t", from: "now" });
    expect(await blind.next("unsubscribed")).toMatchObject({ thread: "t", code: "forbidden" });
    const reader = connect(native, principal("ours", "read"));
    for (const command of [
      { type: "start", input: { text: "go" } },
      { type: "cancel" },
      { type: "pause" },
      { type: "resume" },
      { type: "answer", interruptId: "q", answer: 1 },
      { type: "fork", thread: "u" },
    ]) {
      reader.send({ type: "command", id: command.type, thread: "t", command });
      expect(await reader.next("ack")).toMatchObject({ id: command.type, ok: false, code: "forbidden" });
    }
    await close();
  });
});
