import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock, systemRandom } from "@throughline/gateway";
import { openSqliteLog } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { readEvents, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, THREAD } from "../support/workers.ts";

const REPORTS = 2_000;

const counted = (value: number): AguiEvent => ({ type: EventType.CUSTOM, name: "counted", value });

test("R3: a run elsewhere outlives a server whose log lies on a real disk; what it was told twice it knows", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "throughline-workers-"));
  const workers = new ManualWorkers();
  const open = async (): Promise<TestServer> =>
    startServer({ workers, log: await openSqliteLog({ dir, clock: systemClock, random: systemRandom }) });
  const say = (server: TestServer, n: number): Promise<string> =>
    report(server, { events: [counted(n)] }, { name: `n${n}`, runId: "r1" });
  try {
    {
      await using before = await open();
      await begin(before, workers, "r1");
      const told = await Promise.all(Array.from({ length: REPORTS }, (_, n) => say(before, n)));
      expect(new Set(told)).toEqual(new Set(["applied"]));
    }
    await using after = await open();
    expect(await Promise.all([0, 256, REPORTS - 1].map((n) => say(after, n)))).toEqual(Array(3).fill("duplicate"));
    expect(await say(after, REPORTS)).toBe("applied");
    expect(await report(after, { ending: { type: "success" } }, { name: "end", runId: "r1" })).toBe("applied");
    const events = (await readEvents(after, THREAD)).map(({ event }) => event);
    await verifyRuns(events);
    const values = events.flatMap((event) => (event.type === EventType.CUSTOM ? [event.value] : []));
    expect(values).toEqual(Array.from({ length: REPORTS + 1 }, (_, n) => n));
  } finally {
    await rm(dir, { recursive: true });
  }
});
