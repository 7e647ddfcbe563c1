import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ThroughlineError } from "@throughline/protocol";
import type { StreamLog } from "../../src/index.ts";
import { logFiles, withJournals } from "../../src/sqlite/files.ts";
import { Refused } from "../../src/core/refused.ts";
import { openLog } from "../../src/sqlite/open-log.ts";
import { put, readAll } from "../../src/testing/fixture.ts";
import { type CrashPlan, recordOf } from "./crash-plan.ts";
import { Place } from "./place.ts";

const CHILD = new URL("./crash-child.ts", import.meta.url).pathname;
const FRAME_HEADER = 24;
const WAL_HEADER = 32;
/** Few enough that the child does not trim. */
const BATCHES = 4;

/** A folder as a killed process leaves it: everything still in the write-ahead log. */
async function killedPlace(): Promise<Place> {
  const place = await Place.make();
  const durability = "full";
  const plan: CrashPlan = { dir: place.dir, point: "marked", times: BATCHES, batches: 99, recordBytes: 30, durability };
  const flags = ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning"];
  const child = spawnSync(process.execPath, [...flags, CHILD, JSON.stringify(plan)], { encoding: "utf8" });
  expect(child.signal).toBe("SIGKILL");
  return place;
}

/** Tries one change to the write-ahead log after the other, each on the same start. */
class WalTrial {
  readonly wal: Buffer;
  readonly #place: Place;
  readonly #log: Buffer;

  constructor(place: Place) {
    this.#place = place;
    this.wal = readFileSync(place.file("log.db-wal"));
    this.#log = readFileSync(place.file("log.db"));
  }

  /** @returns the batch the log stands at, and whether epochs have changed; or the code it is refused with */
  open(wal: Buffer): { n: number; epochsChanged: boolean } | string {
    const files = logFiles(this.#place.dir);
    // Written in place: a new file would count as a copy.
    truncateSync(files.log, 0);
    writeFileSync(files.log, this.#log, { flag: "r+" });
    rmSync(`${files.log}-shm`, { force: true });
    writeFileSync(`${files.log}-wal`, wal);
    try {
      const { db, recovery } = openLog({ files, durability: "os", uuid: "0123456789abcdef" });
      const n = checkPrefix(db.prepare("SELECT owner, first, body FROM chunks ORDER BY id").all() as ChunkSketch[]);
      const control = db.prepare("SELECT value FROM controls WHERE key = 'n'").get() as { value: string } | undefined;
      expect(Number(control?.value ?? 0)).toBe(n);
      db.close();
      return { n, epochsChanged: recovery.epochsChanged };
    } catch (error) {
      if (error instanceof Refused) return error.refusal.code;
      throw error;
    }
  }
}

interface ChunkSketch {
  readonly owner: number;
  readonly first: number;
  readonly body: Buffer;
}

/** The chunks of both streams, batch by batch, without a hole. @returns how many batches */
function checkPrefix(chunks: readonly ChunkSketch[]): number {
  for (const [i, { first, body }] of chunks.entries()) {
    const n = (i >> 1) + 1;
    expect(first).toBe(n);
    expect(body.subarray(4)).toEqual(recordOf(i % 2 === 0 ? "a" : "b", n, 30));
  }
  expect(chunks.length % 2).toBe(0);
  return chunks.length / 2;
}

/** Around every frame's border; in the last commits, every byte of the frames' headers and some of each page. */
function cuts(wal: Buffer): number[] {
  const frame = FRAME_HEADER + 4096;
  const fine = wal.byteLength - 12 * frame;
  const places: number[] = [];
  for (let at = 0; at <= wal.byteLength; at += 1) {
    const within = (at - WAL_HEADER + frame) % frame;
    const border = within <= 1 || within === FRAME_HEADER || within === frame - 1;
    if (border || (at > fine && (within < FRAME_HEADER || within % 509 === 0))) places.push(at);
  }
  return places;
}

describe("damage to the write-ahead log", () => {
  it("L4: cut at any place, the log is a whole prefix, and says when acknowledged commits are missing", async () => {
    await using place = await killedPlace();
    const trial = new WalTrial(place);
    expect(trial.open(trial.wal)).toEqual({ n: BATCHES, epochsChanged: false });
    const seen = new Set<number>();
    for (const at of cuts(trial.wal)) {
      const opened = trial.open(trial.wal.subarray(0, at));
      // Cut before its first commit there is no log yet, only a new one.
      if (typeof opened === "string") throw new Error(`cut at ${at}: ${opened}`);
      seen.add(opened.n);
      if (opened.n > 0) expect(opened.epochsChanged).toBe(opened.n < BATCHES);
    }
    expect(seen).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it("L4: with any bit flipped or a zeroed end, the log is a whole prefix or refused as corrupt", async () => {
    await using place = await killedPlace();
    const trial = new WalTrial(place);
    const harm = fc.record({
      at: fc.nat(trial.wal.byteLength - 1),
      bit: fc.nat(7),
      zeroed: fc.boolean(),
    });
    const property = fc.property(harm, ({ at, bit, zeroed }) => {
      const wal = Buffer.from(trial.wal);
      if (zeroed) wal.fill(0, at);
      else wal.writeUInt8(wal.readUInt8(at) ^ (1 << bit), at);
      const opened = trial.open(wal);
      if (typeof opened === "string") expect(opened).toBe("corrupt");
      else expect(opened.n).toBeLessThanOrEqual(BATCHES);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe("damage to the log file", () => {
  const STREAMS = 12;

  async function fill(log: StreamLog): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      const appends = Array.from({ length: STREAMS }, (_, i) => put(log, `s${i}`, `s${i}.${round}`.padEnd(90, "-")));
      await Promise.all(appends);
    }
    await log.append({ appends: [], controls: [{ key: "k", value: "v" }] });
  }

  /** Reads all there is. @returns what came out wrong; a `corrupt` answer is not wrong */
  async function wrongAnswers(log: StreamLog): Promise<string[]> {
    const wrong: string[] = [];
    for (let i = 0; i < STREAMS; i += 1) {
      const expected = Array.from({ length: 6 }, (_, round) => `s${i}.${round}`.padEnd(90, "-"));
      const read = await readAll(log, `s${i}`).catch((error: unknown) => ThroughlineError.from(error).code);
      if (read !== "corrupt" && JSON.stringify(read) !== JSON.stringify(expected)) wrong.push(`s${i}: ${String(read)}`);
    }
    const control = await log.control("k").catch((error: unknown) => ThroughlineError.from(error).code);
    if (control !== "v" && control !== "corrupt") wrong.push(`k: ${control}`);
    return wrong;
  }

  it("L4: never gives wrong data, whichever bit is flipped", async () => {
    await using place = await Place.make();
    const log = await place.open({ hotBytes: 0 });
    await fill(log);
    await log.close();
    const sound = readFileSync(place.file("log.db"));
    const harm = fc.record({ at: fc.nat(sound.byteLength - 1), bit: fc.nat(7) });
    const property = fc.asyncProperty(harm, async ({ at, bit }) => {
      const file = Buffer.from(sound);
      file.writeUInt8(file.readUInt8(at) ^ (1 << bit), at);
      for (const journal of withJournals(place.file("log.db")).slice(1)) rmSync(journal, { force: true });
      writeFileSync(place.file("log.db"), file, { flag: "r+" });
      const opened = await place.open({ hotBytes: 0 }).catch((error: unknown) => ThroughlineError.from(error).code);
      if (typeof opened === "string") expect(opened).toBe("corrupt");
      else {
        expect(await wrongAnswers(opened)).toEqual([]);
        await opened.close();
      }
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it("L4: a damaged chunk that heads depend on is refused on open", async () => {
    await using place = await Place.make();
    const log = await place.open({ hotBytes: 0 });
    await put(log, "a", "the record of a".repeat(20));
    await put(log, "b", "the record of b");
    await log.close();
    const file = readFileSync(place.file("log.db"));
    file.write("THE", file.indexOf("the record of a"));
    writeFileSync(place.file("log.db"), file, { flag: "r+" });
    await expect(place.open()).rejects.toMatchObject({ code: "corrupt" });
  });
});

describe("damage to the index", () => {
  async function filled(place: Place): Promise<void> {
    const log = await place.open();
    for (let i = 0; i < 20; i += 1) await put(log, "a", `${i}`);
    await log.close();
  }

  const ALL = Array.from({ length: 20 }, (_, i) => `${i}`);

  it.each(["deleted", "emptied", "cut", "zeroed", "not a database"])("L5: %s, it is made anew", async (harm) => {
    await using place = await Place.make();
    await filled(place);
    const path = place.file("index.db");
    const file = readFileSync(path);
    for (const journal of withJournals(path)) rmSync(journal, { force: true });
    if (harm === "emptied") writeFileSync(path, "");
    if (harm === "cut") writeFileSync(path, file.subarray(0, 5_000));
    if (harm === "zeroed") writeFileSync(path, Buffer.from(file).fill(0, 4_096));
    if (harm === "not a database") writeFileSync(path, "nothing of the kind".repeat(1_000));
    const log = await place.open();
    expect(await readAll(log, "a")).toEqual(ALL);
    expect(log.recovery).toEqual({ unclean: false, epochsChanged: false, notes: [] });
  });

  it("L5: with any bit flipped, reads are right all the same", async () => {
    await using place = await Place.make();
    await filled(place);
    const path = place.file("index.db");
    const sound = readFileSync(path);
    const harm = fc.record({ at: fc.nat(sound.byteLength - 1), bit: fc.nat(7) });
    const property = fc.asyncProperty(harm, async ({ at, bit }) => {
      const file = Buffer.from(sound);
      file.writeUInt8(file.readUInt8(at) ^ (1 << bit), at);
      for (const journal of withJournals(path)) rmSync(journal, { force: true });
      writeFileSync(path, file);
      const log = await place.open();
      expect(await readAll(log, "a")).toEqual(ALL);
      await log.close();
    });
    await fc.assert(property, { numRuns: 15 });
  });
});

describe("copies", () => {
  it("L2: an older copy put in place changes every epoch", async () => {
    await using place = await Place.make();
    const first = await place.open();
    await put(first, "a", "1");
    const before = await first.info("a");
    await first.close();
    copyFileSync(place.file("log.db"), place.file("backup"));
    const second = await place.open();
    await put(second, "a", "2");
    await second.close();
    copyFileSync(place.file("backup"), place.file("log.db"));
    const restored = await place.open();
    expect(restored.recovery).toMatchObject({ unclean: false, epochsChanged: true });
    const after = await restored.info("a");
    expect(after).toMatchObject({ head: 1 });
    expect(after?.epoch).not.toBe(before?.epoch);
    expect((await put(restored, "a", "another 2")).appended).toMatchObject([{ first: 2, epoch: after?.epoch }]);
    await restored.close();
    const again = await place.open();
    expect(again.recovery).toMatchObject({ unclean: false, epochsChanged: false });
    expect(await again.info("a")).toEqual({ ...after, head: 2 });
  });

  it("L2: a copy under another inode changes every epoch, even when it is the newest", async () => {
    await using place = await Place.make();
    const first = await place.open();
    await put(first, "a", "1");
    await first.close();
    copyFileSync(place.file("log.db"), place.file("copy"));
    rmSync(place.file("log.db"));
    copyFileSync(place.file("copy"), place.file("log.db"));
    const copy = await place.open();
    expect(copy.recovery.epochsChanged).toBe(true);
    expect(await readAll(copy, "a")).toEqual(["1"]);
  });
});
