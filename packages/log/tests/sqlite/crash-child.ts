/**
 * A process that writes until it is killed. It says on its standard output, at once, what was
 * acknowledged to it, so that whoever reads that knows what the log must hold.
 */
import { writeSync } from "node:fs";
import { randomFrom } from "@throughline/protocol";
import { Hooks, hookMemory } from "../../src/sqlite/hooks.ts";
import { openSqliteLogWith } from "../../src/sqlite/open.ts";
import { type CrashPlan, recordOf } from "./crash-plan.ts";
import { suiteClock } from "../../src/testing/system.ts";

async function write(plan: CrashPlan): Promise<void> {
  const memory = hookMemory();
  new Hooks(memory).crashAt(plan.point, plan.times);
  const seams = { clock: suiteClock(), random: randomFrom(1), sweepMs: 1_000 };
  const log = await openSqliteLogWith({ ...seams, dir: plan.dir, durability: plan.durability }, memory);
  for (let n = 1; n <= plan.batches; n += 1) {
    const appends = ["a", "b"].map((stream) => ({
      stream,
      records: [recordOf(stream, n, plan.recordBytes)],
      create: {},
    }));
    const controls = [{ key: "n", value: String(n) }];
    await log.append({ appends, controls, producer: { id: "child", epoch: 1, n } });
    writeSync(1, `${n}\n`);
    if (n % 5 === 0) await log.trim("b", n - 2);
  }
  await log.close();
}

await write(JSON.parse(process.argv[2] ?? "") as CrashPlan);
