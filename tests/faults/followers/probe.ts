import { ThroughlineError } from "@throughline/protocol";
import type { BadCursor, Transport } from "../plan.ts";
import type { World } from "../world.ts";
import { hashOf } from "../history.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import { openPoll } from "./poll.ts";
import { openSse } from "./sse.ts";
import { openWebSocket } from "./websocket.ts";

const FOR_MS = 400;

/** One connection with a position that cannot be honoured, to see that it is told so. */
export function probe(
  world: World,
  conn: string,
  what: { readonly thread: string; readonly transport: Transport; readonly cursor: BadCursor },
): void {
  const { gateway, http, clock, history, disk } = world;
  const { thread, transport } = what;
  if (gateway === undefined || http === undefined) return;
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
  const connection = open(transport, { ...what, conn, cursor }, world, events, end);
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

function open(
  transport: Transport,
  what: { readonly thread: string; readonly conn: string; readonly cursor: string },
  { gateway, http, clock }: World,
  events: ConnectionEvents,
  end: (code: string) => void,
): Connection | undefined {
  const { thread, cursor, conn } = what;
  if (gateway === undefined || http === undefined) return undefined;
  if (transport === "sse") return openSse({ http, clock, thread, cursor, asHeader: false }, events);
  if (transport === "poll")
    return openPoll({ http, clock, thread, cursor, withEpoch: true, waitSeconds: 1, limit: 1_000 }, events);
  try {
    return openWebSocket({ gateway, clock, thread, client: conn, cursor, latencyMs: 0, chunkBytes: undefined }, events);
  } catch (error) {
    end(ThroughlineError.from(error).code);
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
