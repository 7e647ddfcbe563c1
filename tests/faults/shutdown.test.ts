import { createGateway } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { EventType } from "@throughline/protocol";
import { memoryDisk, MemoryHttp, seededRandom, virtualClock } from "@throughline/testing";
import { expect, test } from "vitest";
import { puppet } from "./agents.ts";
import { readBack } from "./read-back.ts";

const HANGS = JSON.stringify({ tokens: 5, every: 10, size: 0, tools: 0, end: "hang" });
const GRACE_MS = 1_000;
/** What going down may take beside the grace. */
const MOST_MS = 15_000;

test.each(["full", "fail"] as const)(
  "D6, R3: goes down in time with a disk that says %s, and the next start ends the run",
  async (fate) => {
    const clock = virtualClock();
    const world = { clock, random: seededRandom(1), agents: [puppet] };
    let broken = false;
    const disk = memoryDisk({ fate: () => (broken ? fate : "ok") });
    const log = createMemoryLog({ ...world, disk });
    const starting = createGateway({ ...world, log });
    await clock.runUntilIdle();
    const gateway = await starting;
    const start = new MemoryHttp(gateway).post("/api/v1/threads/t/runs", {
      agent: "puppet",
      run_id: "r",
      input: HANGS,
    });
    await clock.advance(30);
    expect((await start).status).toBe(202);

    broken = true;
    let down = false;
    const stopping = gateway
      .drain(GRACE_MS)
      .then(() => gateway.close())
      .then(() => log.close())
      .then(() => (down = true));
    await clock.advance(GRACE_MS + MOST_MS);
    expect(down).toBe(true);
    await stopping;

    broken = false;
    const again = createMemoryLog({ ...world, disk });
    const next = createGateway({ ...world, log: again });
    await clock.advance(1_000);
    await (await next).close();
    const { threads } = await readBack(again);
    expect(threads.get("t")?.events.at(-1)).toMatchObject({ type: EventType.RUN_ERROR, code: "worker_lost" });
  },
);
