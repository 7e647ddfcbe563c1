import { startChild } from "../lib/child.ts";
import type { Metered } from "../lib/meter.ts";
import type { Checked, Received } from "./load.ts";
import { pause } from "./publisher.ts";
import type { Case } from "./task.ts";

const WARM_UP_MS = 1_000;
/** For what is on its way when the server falls silent. */
const SETTLE_MS = 300;

export interface Result extends Received {
  readonly task: Case;
  readonly perSecond: number;
  readonly server: Metered;
  readonly checked: Checked;
}

/** Runs one case in two processes of its own, the server and its clients. */
export async function runCase(task: Case, ms: number): Promise<Result> {
  const folder = process.env.BENCH_CPU_PROFILE;
  const flags = folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  const server = startChild("fanout/server.ts", task, flags);
  const load = startChild("fanout/load.ts", { case: task, port: await server.ask<number>("port") });
  try {
    await load.ask("joined");
    await server.ask("publish");
    await pause(WARM_UP_MS);
    await Promise.all([server.ask("mark"), load.ask("mark")]);
    await pause(ms);
    const [metered, received] = await Promise.all([server.ask<Metered>("read"), load.ask<Received>("read")]);
    await server.ask("silence");
    await pause(SETTLE_MS);
    const checked = await load.ask<Checked>("check");
    return { ...received, task, perSecond: received.messages / received.seconds, server: metered, checked };
  } finally {
    await load.stop();
    await server.ask("close");
    await server.stop();
  }
}
