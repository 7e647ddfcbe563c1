/** A data folder for one test, and logs opened in it, one after the other. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "@throughline/protocol";
import type { StreamLog } from "../../src/index.ts";
import { Hooks, hookMemory } from "../../src/sqlite/hooks.ts";
import { openSqliteLogWith, type SqliteLogOptions } from "../../src/sqlite/open.ts";
import { suiteClock } from "../../src/testing/system.ts";

export class Place implements AsyncDisposable {
  readonly dir: string;
  readonly clock = suiteClock();
  readonly #random = randomFrom(1);
  readonly #memory = hookMemory();
  readonly hooks = new Hooks(this.#memory);
  #open: StreamLog[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), "throughline-log-")));
  }

  /** The same folder without the faults injected so far. */
  static async at(place: Place): Promise<Place> {
    return new Place(place.dir);
  }

  file(name: string): string {
    return join(this.dir, name);
  }

  async open(options: Partial<SqliteLogOptions> = {}): Promise<StreamLog> {
    const seams = { clock: this.clock, random: this.#random, sweepMs: 1_000 };
    const log = await openSqliteLogWith({ ...seams, ...options, dir: this.dir }, this.#memory);
    this.#open.push(log);
    return log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const log of this.#open) await log.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}
