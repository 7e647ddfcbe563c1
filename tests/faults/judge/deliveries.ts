import { type Cursor, type Dialect, EventType, parseCursor } from "@throughline/protocol";
import type { Entry } from "../history.ts";
import type { Transport } from "../plan.ts";
import type { Evidence } from "./evidence.ts";
import { Expectations, lateJoinOf } from "./expected.ts";
import { joinedChart } from "./in-force.ts";

/** D1, L1, L2: what each connection was given, against what the log holds. */
export function judgeDeliveries(evidence: Evidence, origin: string): string[] {
  const expectations = new Expectations(evidence, origin);
  const connections = Map.groupBy(
    // What pages on the real client were told is judged in apps.ts.
    evidence.entries.filter(({ op, what }) => what === undefined && ["resume", "deliver", "reset"].includes(op)),
    ({ conn }) => conn,
  );
  return [...connections.values()].flatMap((entries) => new Connection(entries, expectations).judge());
}

/** One connection's part of the history, read from its beginning. */
class Connection {
  readonly #entries: readonly Entry[];
  readonly #expectations: Expectations;
  readonly #conn: string;
  readonly #thread: string;
  readonly #transport: Transport;
  readonly #asked: Cursor | undefined;
  readonly #problems: string[] = [];
  /** Seq of the last event the client has; undefined for a late joiner who has none yet. */
  #at: number | undefined;
  #greeted: { readonly epoch: string | undefined; readonly lastSeq: number } | undefined;
  #reset = false;
  readonly #late: Dialect["lateJoin"];
  /** Of one who is given first what is in force: where it joined, if it was told, and what it got since. */
  #joining: { readonly at: number | undefined; readonly given: number[]; epoch?: string } | undefined;

  constructor(entries: readonly Entry[], expectations: Expectations) {
    const [first] = entries;
    this.#entries = entries;
    this.#expectations = expectations;
    this.#conn = first?.conn ?? "";
    this.#thread = first?.thread ?? "";
    this.#transport = first?.transport as Transport;
    this.#asked = parseCursor(first?.cursor ?? "");
    this.#late = lateJoinOf(this.#transport);
    // Without a position a reader of events gets all of them; others join late.
    this.#at = this.#asked?.seq ?? (this.#late === "all" ? 0 : undefined);
    this.#joining = this.#late === "view" && this.#asked === undefined ? { at: undefined, given: [] } : undefined;
  }

  judge(): string[] {
    for (const entry of this.#entries) {
      if (entry.op === "resume" && entry.phase === "ok") {
        this.#greeted ??= { epoch: entry.epoch, lastSeq: entry.seq ?? 0 };
        // Who gets only what comes gets all of it from the greeting on; a reset is followed by one.
        if (this.#late === "live") this.#at = this.#reset ? entry.seq : (this.#at ?? this.#greeted.lastSeq);
      } else if (entry.op === "reset") this.#judgeReset(entry);
      else if (entry.op === "deliver") this.#judgeDelivery(entry);
    }
    const toTheEnd = this.#greeted !== undefined && this.#entries.at(-1)?.code === "stopped";
    if (this.#conn.startsWith("probe")) this.#judgeProbe();
    else if (this.#joining !== undefined) this.#judgeInForce(toTheEnd);
    else if (toTheEnd) this.#judgeEnd();
    return this.#problems;
  }

  #judgeReset({ code, epoch, seq = 0 }: Entry): void {
    const asked = this.#asked;
    const due =
      code === "epoch"
        ? asked?.epoch !== undefined && asked.epoch !== epoch
        : code === "ahead" && (asked?.seq ?? 0) > seq;
    if (!due) this.#report(`D1: was reset (${code}) at ${epoch}.${seq} though it asked for ${this.#cursorText}`);
    // A client that asks for what it was given is never ahead, unless it was given what was not durable.
    else if (code === "ahead" && !this.#conn.startsWith("probe")) this.#report(`L1: was given more than the log has`);
    this.#reset = true;
    this.#at = { all: 0, live: seq, run: undefined, view: undefined }[this.#late];
    this.#judgeInForce(false);
    if (this.#late === "view") this.#joining = { at: seq, given: [] };
  }

  #judgeDelivery({ epoch = "", seq = 0, hash, flag }: Entry): void {
    const expected = this.#expectations.of(this.#thread, epoch, this.#transport);
    if (expected === undefined) return this.#report(`L2: was given ${epoch}.${seq}, an epoch the thread never had`);
    if (flag === false) this.#report(`L1: was given ${seq} before it was durable`);
    if (!this.#reset && this.#asked?.epoch !== undefined && this.#asked.epoch !== epoch) {
      this.#report(`L2: was given ${epoch}.${seq} without a reset though it asked for ${this.#cursorText}`);
    }
    if (expected[seq - 1] === undefined) this.#report(`D1: was given ${seq}, which the log does not have`);
    else if (expected[seq - 1] !== hash) this.#report(`D1: was given ${seq} with another content than the log's`);
    if (this.#joining !== undefined) {
      this.#joining.epoch = epoch;
      this.#joining.given.push(seq);
    } else if (this.#at === undefined) this.#judgeJoin(epoch, seq, expected);
    else if (seq <= this.#at) this.#report(`D1: was given ${seq} after ${this.#at}`);
    else this.#judgeGap(this.#at, seq, expected);
    this.#at = Math.max(this.#at ?? 0, seq);
  }

  /** What a chart that joined got: what was in force, then all that came. */
  #judgeInForce(whole: boolean): void {
    const joining = this.#joining;
    if (joining === undefined) return;
    const events = this.#expectations.events(this.#thread, joining.epoch) ?? [];
    if (!joinedChart(events, joining.given, { at: joining.at, whole }))
      this.#report(`D5: was not given what is in force and what came after it, but ${joining.given.join(", ")}`);
  }

  #judgeGap(at: number, seq: number, expected: readonly (string | undefined)[]): void {
    const missed = expected.slice(at, seq - 1).findIndex((frame) => frame !== undefined);
    if (missed >= 0) this.#report(`D1: missed ${at + missed + 1}, was given ${seq} after ${at}`);
  }

  /** A late joiner gets the run that goes on from its beginning, else what comes. */
  #judgeJoin(epoch: string, seq: number, expected: readonly (string | undefined)[]): void {
    const events = this.#expectations.events(this.#thread, epoch) ?? [];
    const start = events.slice(0, seq).findLastIndex(({ type }) => type === EventType.RUN_STARTED) + 1;
    const fromRunStart = !expected.slice(start, seq - 1).some((frame) => frame !== undefined);
    // Or it joined between the runs, and this is the rest of one that had ended by then.
    const joinedAt = this.#greeted?.lastSeq ?? 0;
    const afterGreeting = seq > joinedAt && !expected.slice(joinedAt, seq - 1).some((frame) => frame !== undefined);
    if (!fromRunStart && !afterGreeting) this.#report(`D5: joined in the middle of a run, at ${seq}`);
  }

  /** A position that cannot be honoured is never met with silence (L2). */
  #judgeProbe(): void {
    const [first] = this.#entries;
    const malformed = first?.code === "malformed";
    const refused = this.#entries.some(
      ({ phase, code }) => phase === "info" && code?.includes("invalid_cursor") === true,
    );
    if (malformed && this.#greeted !== undefined) this.#report("L2: a malformed position was taken");
    if (!malformed && refused) this.#report(`L2: the position ${this.#cursorText} was called malformed`);
    const waited = this.#entries.at(-1)?.code === "probed";
    if (!malformed && waited && this.#greeted !== undefined && !this.#reset) {
      this.#report(`L2: the position ${this.#cursorText} was met with silence`);
    }
  }

  /** Once all is drained, who is connected has everything. */
  #judgeEnd(): void {
    const at = this.#at ?? this.#greeted?.lastSeq ?? 0;
    const epoch = this.#entries.findLast((entry) => entry.epoch !== undefined)?.epoch ?? this.#asked?.epoch;
    if (epoch === undefined) return;
    const expected = this.#expectations.of(this.#thread, epoch, this.#transport) ?? [];
    const missing = expected.slice(at).findIndex((frame) => frame !== undefined);
    if (missing >= 0) this.#report(`D1: was never given ${at + missing + 1}, though connected to the end`);
  }

  get #cursorText(): string {
    return this.#entries[0]?.cursor ?? "nothing";
  }

  #report(problem: string): void {
    this.#problems.push(`${problem} [${this.#conn}, ${this.#transport} on ${this.#thread}]`);
  }
}
