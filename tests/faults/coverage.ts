import type { Entry } from "./history.ts";

/**
 * What must have happened in a batch of trials, or its green says nothing: each kind of fault, and
 * what the rules are about.
 */
const MUST: Readonly<Record<string, (entry: Entry) => boolean>> = {
  "an acknowledged start": ok("start"),
  "an acknowledged cancel": ok("cancel"),
  "an acknowledged answer": ok("answer"),
  "an acknowledged pause": ok("pause"),
  "an acknowledged fork": ok("fork"),
  "a losing answer": refused("already_answered"),
  "a run id with two inputs": refused("run_id_conflict"),
  "a cancel that came too late": refused("run_not_active"),
  "a start refused by a full disk": refused("storage_full"),
  "a start on a busy thread refused": refused("thread_busy"),
  "an outcome that nobody knows": ({ op, phase }) => op === "append" && phase === "info",
  "a resume from a bare position": resumed(/^[1-9]\d*$/),
  "a resume from a position with its epoch": resumed(/^[\w-]+\.[1-9]\d*$/),
  "a late join": joined("websocket"),
  "a reset for a position beyond the end": reset("ahead"),
  "a reset for another epoch": reset("epoch"),
  "a malformed position": ({ op, code }) => op === "resume" && code?.includes("invalid_cursor") === true,
  "a delivery over WebSocket": delivered("websocket"),
  "a delivery to a chat": delivered("chat"),
  "a delivery to a chart": delivered("chart"),
  "a chart that joined late": joined("chart"),
  "a chat that joined late": joined("chat"),
  "a delivery over SSE": delivered("sse"),
  "a delivery by long-poll": delivered("poll"),
  "a delivery by the native protocol": delivered("native"),
  "a native client that joined late": joined("native"),
  ...Object.fromEntries(
    ["websocket", "sse", "long-poll"].map((carrier) => [
      `an event to a page over ${carrier}`,
      delivered(`app/${carrier}`),
    ]),
  ),
  ...Object.fromEntries(
    ["start", "cancel", "answer", "pause", "fork"].map((what) => [
      `a ${what} of a page's, acknowledged`,
      (entry: Entry) => ok(what)(entry) && entry.transport === "app",
    ]),
  ),
  "a page that lost its connection": ({ op, code }) => op === "resume" && code === "app cut off",
  "a page that came back to a thread": ({ code }) => code === "taken up",
  "a page's view replaced": ({ op, code, what }) => op === "reset" && what === "app" && code === "epoch",
  "a page's start refused": ({ phase, what, transport }) => phase === "fail" && what === "start" && transport === "app",
  "an agent that went on after its end": ({ what, flag }) => what === "event" && flag === true,
  ...Object.fromEntries(
    [
      ...["full", "fail", "tear", "timeout", "lost", "kept", "torn", "after"].map((kind) => `disk ${kind}`),
      ...["cut", "cut in a frame", "half-open", "pause", "throttle", "answer lost"].map((kind) => `network ${kind}`),
      ...["cut", "cut in a frame", "half-open", "pause", "throttle", "offline"].map((kind) => `app network ${kind}`),
      "app reload",
      "crash",
      "restart",
      "restore",
      "clock jump",
    ].map((kind) => [`fault: ${kind}`, ({ op, code }: Entry) => op === "fault" && code === kind]),
  ),
  ...Object.fromEntries(
    ["ask", "throw", "hang", "deaf", "babble", "overrun", "invalid:orphan", "invalid:shape", "invalid:null"].map(
      (end) => [
        `agent: ${end}`,
        (entry: Entry) => ok("start")(entry) && entry.about?.includes(`"end":"${end}"`) === true,
      ],
    ),
  ),
};

/** Ticks off what happened, trial by trial. */
export class Coverage {
  readonly #missing = new Map(Object.entries(MUST));

  add(entries: readonly Entry[]): void {
    for (const [name, happened] of this.#missing) if (entries.some(happened)) this.#missing.delete(name);
  }

  /** What never happened. */
  get missing(): string[] {
    return [...this.#missing.keys()];
  }
}

function ok(what: string): (entry: Entry) => boolean {
  return (entry) => entry.phase === "ok" && entry.what === what;
}

function refused(code: string): (entry: Entry) => boolean {
  return (entry) => entry.phase === "fail" && entry.code === code;
}

function resumed(cursor: RegExp): (entry: Entry) => boolean {
  return (entry) => entry.op === "resume" && entry.phase === "invoke" && cursor.test(entry.cursor ?? "");
}

function reset(code: string): (entry: Entry) => boolean {
  return ({ op, what, code: told }) => op === "reset" && what === undefined && told === code;
}

function joined(socket: string): (entry: Entry) => boolean {
  return ({ op, phase, cursor, transport }) =>
    op === "resume" && phase === "invoke" && cursor === undefined && transport === socket;
}

function delivered(transport: string): (entry: Entry) => boolean {
  return (entry) => entry.op === "deliver" && entry.transport === transport;
}
