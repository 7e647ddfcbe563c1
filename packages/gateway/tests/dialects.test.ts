import {
  type Dialect,
  type DialectContext,
  emptyView,
  type JsonObject,
  reduceAll,
  type ThreadEvent,
} from "@throughline/protocol";
import { FRAMES, RequestAck, RequestServerEvent } from "@throughline/protocol/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { deepFreeze, thread } from "../../protocol/tests/support/threads.ts";
import { agui } from "../src/dialects/agui.ts";
import { MOUNTS } from "../src/dialects/registry.ts";
import { stateFrame } from "../src/dialects/request-state.ts";
import { requests } from "../src/dialects/requests.ts";

/** What holds of every dialect, for any valid thread. */

const DIALECTS: readonly Dialect[] = [agui, requests, ...MOUNTS.map(({ dialect }) => dialect)];
const CONTEXT: DialectContext = { threadId: "thread-1", epoch: "e", origin: "http://127.0.0.1:1" };

interface Sent {
  readonly seq: number;
  readonly frame: JsonObject;
}

function play(
  dialect: Dialect,
  events: readonly ThreadEvent[],
  state = dialect.initial,
): { state: unknown; sent: Sent[] } {
  const sent: Sent[] = [];
  for (const at of events) {
    const step = dialect.step(state, at, CONTEXT);
    state = step.state;
    if (step.frame !== undefined) sent.push({ seq: at.seq, frame: step.frame });
  }
  return { state, sent };
}

/** The events from the start of the run that holds `seq` up to it. */
function runUpTo(events: readonly ThreadEvent[], seq: number): ThreadEvent[] {
  const start = events.findLast((at) => at.seq <= seq && at.event.type === "RUN_STARTED");
  return events.filter((at) => at.seq >= (start?.seq ?? 1) && at.seq <= seq);
}

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))("%s", (_name, dialect) => {
  test("D1: cut anywhere and resumed from the start of its run, a thread gives the same frames", () => {
    fc.assert(
      fc.property(thread(), fc.nat(), (events, pick) => {
        const whole = play(dialect, events).sent;
        const cut = pick % (events.length + 1);
        const before = events.slice(0, cut);
        const resumed = play(dialect, events.slice(cut), play(dialect, runUpTo(events, cut)).state);
        expect([...play(dialect, before).sent, ...resumed.sent]).toEqual(whole);
      }),
    );
  });

  test("step changes neither the state nor the event it is given", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        let state = deepFreeze(dialect.initial);
        for (const at of deepFreeze(events)) state = deepFreeze(dialect.step(state, at, CONTEXT).state);
      }),
    );
  });

  test("L2: what is in force is what was sent live, so a reset or a late joiner gets the very same frames", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        const view = reduceAll(emptyView(CONTEXT.threadId), events);
        const sent = new Map(play(dialect, events).sent.map(({ seq, frame }) => [seq, frame]));
        for (const { seq, frame } of dialect.snapshot?.(view, CONTEXT) ?? []) expect(frame).toEqual(sent.get(seq));
      }),
    );
    expect(dialect.snapshot !== undefined).toBe(dialect.lateJoin === "view");
  });

  test("decode takes any text without throwing", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((payload) => JSON.stringify({ type: "chat", payload })),
        ),
        (text) => {
          const { commands, replies } = dialect.decode(text, CONTEXT, 0);
          expect(commands.length + replies.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe.each(MOUNTS.map(({ dialect }) => [dialect.name, dialect] as const))("the frames of %s", (name, dialect) => {
  const schema = FRAMES[name]?.fromServer ?? z.never();

  test("are as their schema says, for any thread", () => {
    fc.assert(
      fc.property(thread(), (events) => {
        for (const { seq, frame } of play(dialect, events).sent) schema.parse({ ...frame, seq });
      }),
    );
  });

  test("are as their schema says, beside the thread too", () => {
    const view = emptyView("thread-1");
    const at = { epoch: "e", lastSeq: 3, now: 0 };
    const frames = [
      dialect.greet(CONTEXT, { clientId: "c", view, ...at }),
      dialect.reset(CONTEXT, "ahead", at),
      dialect.error("thread_busy", "busy", CONTEXT, 0),
      dialect.acknowledge({ type: "cancel" }, { ok: true }, CONTEXT, 0),
      dialect.acknowledge({ type: "cancel" }, { ok: false, code: "run_not_active", message: "no" }, CONTEXT, 0),
      dialect.describe?.({ clientId: "c", clients: 1, connectedAt: 0, view }, CONTEXT, 0),
      dialect.peers?.joined("c", CONTEXT, 0),
      dialect.peers?.left("c", CONTEXT, 0),
      dialect.idle?.frame,
    ];
    for (const frame of frames) if (frame !== undefined) schema.parse(frame);
  });
});

describe("the frames of requests", () => {
  test("are as their schema says, for any thread and at any place in it", () => {
    fc.assert(
      fc.property(thread(), fc.nat(), (events, pick) => {
        for (const { seq, frame } of play(requests, events).sent) RequestServerEvent.parse({ ...frame, seq });
        const view = reduceAll(emptyView(CONTEXT.threadId), events.slice(0, pick % (events.length + 1)));
        RequestServerEvent.parse(stateFrame(view, CONTEXT));
      }),
    );
  });

  test("are as their schema says, beside the thread too", () => {
    const at = { epoch: "e", lastSeq: 3, now: 0 };
    RequestServerEvent.parse(requests.reset(CONTEXT, "trimmed", at));
    RequestServerEvent.parse(requests.error("not_found", "no", CONTEXT, 0));
    RequestAck.parse(requests.acknowledge({ type: "cancel" }, { ok: true, runId: "r" }, CONTEXT, 0));
    RequestAck.parse(
      requests.acknowledge({ type: "cancel" }, { ok: false, code: "not_found", message: "no" }, CONTEXT, 0),
    );
  });
});
