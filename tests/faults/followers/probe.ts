import { ThroughlineError } from "@throughline/protocol";
import type { BadCursor, Transport } from "../plan.ts";
import type { World } from "../world.ts";
import { hashOf } from "../history.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { Opening } from "./surroundings.ts";

const FOR_MS = 400;
const PLAIN = { latencyMs: 0, chunkBytes: undefined, asHeader: false, withEpoch: true, waitSeconds: 1, limit: 1_000 };

/** One connection with a position that cannot be honoured, to see that it is told so. */
export function probe(
  world: World,
  conn: string,
  what: { readonly thread: string; readonly transport: Transport; readonly cursor: BadCursor },
): void {
  const { http, clock, history, disk } = world;
  const { thread, transport } = what;
  if (http === undefined) return;
  const about = { conn, thread, transport } as const;
  const cursor = textOf(what.cursor, disk.head(`default/${thread}`));
  history.add({ ...about, op: "resume", phase: "invoke", cursor, code: what.cursor });
  let epochNow = "";
  let over = false;
  const end = (code: string): void => {
    if (!over) history.add({ ...about, op: "resume", phase: "info", code });
    over = true;
  };
  const events: ConnectionEvents = {
    greeted: (epoch, seq) => {
      epochNow = epoch ?? epochNow;
      history.add({ ...about, op: "resume", phase: "ok", ...(seq === undefined ? {} : { seq }), epoch: epochNow });
    },
    delivered: (seq, json, epoch = epochNow) => {
      history.add({ ...about, op: "deliver", phase: "ok", epoch, seq, hash: hashOf(json), flag: true });
    },
    reset: (epoch, seq, code) => {
      epochNow = epoch;
      history.add({ ...about, op: "reset", phase: "ok", epoch, seq, code });
    },
    other: () => undefined,
    ended: end,
  };
  const connection = open(world, { transport, thread, cursor, client: conn, ...PLAIN }, events);
  const finish = (): void => {
    end("probed");
    connection?.drop();
  };
  const forget = world.onDown(finish);
  clock.setTimeout(() => {
    forget();
    finish();
  }, FOR_MS);
}

function open(world: World, opening: Opening, events: ConnectionEvents): Connection | undefined {
  try {
    return world.open(opening, events);
  } catch (error) {
    events.ended(ThroughlineError.from(error).code);
    return undefined;
  }
}

function textOf(cursor: BadCursor, head: number): string {
  switch (cursor) {
    case "ahead":
      return String(head + 100_000);
    case "wrong epoch":
      return "no-such-epoch.0";
    case "malformed":
      return "1.x";
  }
}
