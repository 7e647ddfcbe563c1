import { createMemoryLog, type StreamLog } from "@throughline/log";
import { silentLogger, ThroughlineError } from "@throughline/protocol";
import { seededRandom, virtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { Audit } from "../../packages/gateway/src/audit/audit.ts";
import type { AuditNote } from "../../packages/gateway/src/audit/entry.ts";
import { queryAudit } from "../../packages/gateway/src/audit/query.ts";

const DAY = 24 * 60 * 60_000;

function bench(keepMs = 30 * DAY, wrap: (log: StreamLog) => StreamLog = (log) => log) {
  const clock = virtualClock({ start: Date.UTC(2026, 0, 1, 12) });
  const log = createMemoryLog({ clock, random: seededRandom(1), sweepMs: DAY / 4 });
  const audit = new Audit({ log: wrap(log), clock, logger: silentLogger, keepMs });
  const note = (action: string, more: Partial<AuditNote> = {}): void =>
    audit.note({
      action,
      dialect: "chat",
      tenant: "default",
      threadId: null,
      clientId: null,
      subject: null,
      details: {},
      ...more,
    });
  const page = (filter = {}, limit = 100, cursor?: string, tenant = "default") =>
    queryAudit(log, tenant, filter, { limit, cursor });
  const actions = async (filter = {}, tenant = "default"): Promise<string[]> =>
    (await page(filter, 500, undefined, tenant)).items.map(({ action }) => action);
  /** Settles while time stands still, or moves as the log needs it. */
  const flushed = async (): Promise<void> => {
    let done = false;
    const end = audit.flushed().finally(() => (done = true));
    while (!done) await clock.runUntilIdle();
    return end;
  };
  return { clock, log, audit, note, page, actions, flushed };
}

describe("the audit log", () => {
  test("rotates by age: a day is forgotten when its last entry is older than what is kept", async () => {
    const { clock, note, actions, flushed } = bench(2.75 * DAY);
    for (const day of ["one", "two", "three", "four"]) {
      note(day);
      await flushed();
      await clock.advance(DAY);
    }
    // The sweep for streams past their time comes every few hours.
    await clock.advance(DAY / 2);
    expect(await actions()).toEqual(["four", "three"]);
  });

  test("A1: a tenant sees its own", async () => {
    const { note, actions, flushed } = bench();
    note("mine");
    note("theirs", { tenant: "other" });
    await flushed();
    expect([await actions(), await actions({}, "other"), await actions({}, "othe")]).toEqual([
      ["mine"],
      ["theirs"],
      [],
    ]);
  });

  test("pages go over days, the newest first, and a range looks at its days only", async () => {
    const { clock, note, page, actions, flushed } = bench();
    const start = clock.now();
    for (let n = 0; n < 9; n++) {
      note(`n${n}`);
      await flushed();
      await clock.advance(DAY / 3);
    }
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, next } = await page({}, 2, cursor);
      seen.push(...items.map(({ action }) => action));
      if (next === null) break;
      cursor = next;
    }
    expect(seen).toEqual(["n8", "n7", "n6", "n5", "n4", "n3", "n2", "n1", "n0"]);
    expect(await actions({ from: start + DAY, to: start + 2 * DAY })).toEqual(["n5", "n4", "n3"]);
  });

  test("one page looks at a bounded number of entries; a rare match is found by going on", async () => {
    const { note, page, flushed } = bench();
    note("rare");
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 2_000; n++) note("usual");
      await flushed();
    }
    const first = await page({ action: "rare" }, 1);
    expect(first.items).toEqual([]);
    const second = await page({ action: "rare" }, 1, first.next ?? undefined);
    expect(second.items.map(({ action }) => action)).toEqual(["rare"]);
  });

  test("A3: what the store cannot take in time is dropped, counted and noted; noting never waits", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = (log: StreamLog): StreamLog =>
      changed(log, async (batch) => {
        await held;
        return log.append(batch);
      });
    const { note, page, flushed } = bench(30 * DAY, slow);
    for (let n = 0; n < 5_600; n++) note("many");
    release();
    await flushed();
    note("after");
    await flushed();
    const { items } = await page({ action: "audit.dropped" });
    // One was on its way, 5,000 waited.
    expect(items.map(({ details }) => details["count"])).toEqual([599]);
  });

  test("a store that refuses loses entries and says how many once it takes them again", async () => {
    let broken = true;
    const refusing = (log: StreamLog): StreamLog =>
      changed(log, async (batch) => {
        if (broken) throw new ThroughlineError("storage_full", "full");
        return log.append(batch);
      });
    const { note, page, flushed } = bench(30 * DAY, refusing);
    note("lost");
    note("lost");
    await flushed();
    broken = false;
    note("kept");
    await flushed();
    const { items } = await page();
    expect(items.map(({ action, details }) => [action, details["count"]])).toEqual([
      ["audit.dropped", 2],
      ["kept", undefined],
    ]);
  });
});

/** The log, with one of its methods replaced. */
function changed(log: StreamLog, append: StreamLog["append"]): StreamLog {
  return new Proxy(log, {
    get: (target, name) => {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
