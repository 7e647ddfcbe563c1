import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EpochMint } from "../../src/core/epoch-mint.ts";
import type { Op } from "../../src/core/ops.ts";
import { Committer } from "../../src/sqlite/committer.ts";
import { type LogFiles, logFiles } from "../../src/sqlite/files.ts";
import { Hooks } from "../../src/sqlite/hooks.ts";
import { Mark } from "../../src/sqlite/mark.ts";
import { openLog, type OpenedLog } from "../../src/sqlite/open-log.ts";
import { packGroup } from "../../src/sqlite/packing.ts";
import { SqliteShelf } from "../../src/sqlite/shelf.ts";
import { bytes } from "../../src/testing/fixture.ts";

interface Writer {
  readonly opened: OpenedLog;
  readonly shelf: SqliteShelf;
  readonly committer: Committer;
  readonly mark: Mark;
}

const STREAMS = ["a", "b", "c", "d", "e"];
/** Rows are brought up to date after this many chunks, so that it happens all the time. */
const TAIL_CHUNKS = 6;

function open(files: LogFiles, opening: number): Writer {
  const opened = openLog({ files, durability: "os", uuid: String(opening).padStart(10, "0") });
  const { db, tails, session, progress } = opened;
  const shelf = new SqliteShelf(db, tails, session.epochEnd);
  const mark = new Mark(files.mark, session.store);
  const mint = new EpochMint(String(opening), session.epochEnd, progress.owner);
  const parts = { db, shelf, tails, mint, mark, hooks: new Hooks(undefined), progress, tailChunks: TAIL_CHUNKS };
  return { opened, shelf, mark, committer: new Committer(parts) };
}

const op = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("append" as const), stream: fc.constantFrom(...STREAMS) }) },
  fc.record({ kind: fc.constantFrom("trim" as const, "delete" as const), stream: fc.constantFrom(...STREAMS) }),
);
const group = fc.record({ ops: fc.array(op, { minLength: 1, maxLength: 5 }), restart: fc.nat(9) });

function toOp({ kind, stream }: { kind: "append" | "trim" | "delete"; stream: string }): Op<readonly Uint8Array[]> {
  if (kind === "append") return { type: "append", appends: [{ stream, records: bytes("x"), create: {} }] };
  return kind === "trim" ? { type: "trim", stream, upTo: 3 } : { type: "delete", stream };
}

describe("the writer's heads", () => {
  it("L2: are the same after a restart, however far the rows were behind", () => {
    const property = fc.property(fc.array(group, { minLength: 5, maxLength: 60 }), (groups) => {
      const dir = mkdtempSync(join(tmpdir(), "throughline-log-"));
      const files = logFiles(dir);
      let writer = open(files, 0);
      const heads = new Map<string, number>();
      for (const [i, { ops, restart }] of groups.entries()) {
        const result = writer.committer.commit(packGroup(ops.map(toOp), i));
        expect(result).not.toHaveProperty("code");
        for (const { kind, stream } of ops) {
          if (kind === "append") heads.set(stream, (heads.get(stream) ?? 0) + 1);
          if (kind === "delete") heads.delete(stream);
        }
        const { chunk, headsTo } = writer.committer.progress;
        expect(chunk - headsTo).toBeLessThanOrEqual(TAIL_CHUNKS + 2 * STREAMS.length);
        if (restart === 0) {
          writer.opened.db.close();
          writer.mark.close();
          writer = open(files, i + 1);
        }
        for (const stream of STREAMS) expect(writer.shelf.stream(stream)?.head).toBe(heads.get(stream));
      }
      writer.opened.db.close();
      writer.mark.close();
      rmSync(dir, { recursive: true });
    });
    fc.assert(property, { numRuns: 25 });
  });
});
