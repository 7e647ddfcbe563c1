import { type AguiEvent, EventType } from "@throughline/protocol";
import { expect, test } from "vitest";
import type { Said } from "@throughline/gateway";
import { startServer } from "../support/gateway.ts";
import { readEvents, untilRun, verifyRuns } from "../support/thread.ts";
import { begin, ManualWorkers, report, THREAD } from "../support/workers.ts";

/** What a worker says may be larger than an event may be. */

const MOST = 1024 * 1024;
/** More than an event takes besides what is in it. */
const ROUND_IT = 1_000;

const step = (size: number): AguiEvent => ({
  type: EventType.STEP_STARTED,
  stepName: "s",
  metadata: { result: "x".repeat(size) },
});

const question = (size: number): Said["ending"] => ({
  type: "interrupt",
  interrupts: [{ id: "q", reason: "question", message: "x".repeat(size) }],
});

test.each<[string, (size: number) => Partial<Said>, string]>([
  ["a result", (size) => ({ ending: { type: "success", result: "x".repeat(size) } }), "completed"],
  ["a step", (size) => ({ events: [step(size)], ending: { type: "success" } }), "completed"],
  ["a question", (size) => ({ ending: question(size) ?? { type: "success" } }), "waiting"],
])(
  "A3: %s of 1 MiB ends its run with agent_invalid_event, and says why; one that fits does not",
  async (_, said, fits) => {
    const workers = new ManualWorkers();
    await using server = await startServer({ workers });
    await begin(server, workers, "large");
    await report(server, said(MOST), { runId: "large", name: "1" });
    await untilRun(server, "large", "failed");
    const { error } = (await server.get("/api/v1/runs/large")).body;
    expect(error.code).toBe("agent_invalid_event");
    expect(error.message).toContain(`${MOST} bytes`);
    expect(workers.told("large")).toEqual(["cancel"]);
    await begin(server, workers, "fitting");
    await report(server, said(MOST - ROUND_IT), { runId: "fitting", name: "1" });
    await untilRun(server, "fitting", fits);
    await verifyRuns((await readEvents(server, THREAD)).map(({ event }) => event));
  },
);
