import type { Assignment, Gateway, Report, Said, Workers } from "@throughline/gateway";
import { createGateway } from "@throughline/gateway";
import { createMemoryLog, type MemoryDisk } from "@throughline/log";
import { type AguiEvent, EventType } from "@throughline/protocol";
import { memoryDisk, MemoryHttp, seededRandom, virtualClock, type VirtualClock } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { judgeThreads } from "./judge/threads.ts";
import { readBack } from "./read-back.ts";

/**
 * A server that watches runs elsewhere is killed at every write in turn, once before and once after the
 * write is durable. Whoever carries the work outlives it, repeats what it does not know to be stored, and
 * so does the client. Whatever the moment, each run happens once and is whole.
 */

const THREAD = "request:1";
const ROUND_MS = 50;
const MOST_ROUNDS = 200;

const SAID: readonly (readonly Partial<Said>[])[] = [
  [
    { events: [{ type: EventType.STEP_STARTED, stepName: "a" }] },
    { events: [{ type: EventType.STEP_FINISHED, stepName: "a" }, custom(1)] },
    { events: [custom(2)], ending: { type: "interrupt", interrupts: [{ id: "q", reason: "input_required" }] } },
  ],
  [{ events: [custom(3)] }, { events: [custom(4)], ending: { type: "success", result: "done" } }],
];

function custom(value: number): AguiEvent {
  return { type: EventType.CUSTOM, name: "counted", value };
}

/** Carries work to a worker that does it at once, and what it says back; keeps what is not known to be stored. */
class Carrier implements Workers {
  readonly reachable = true;
  readonly #outbox: Omit<Report, "tenant">[] = [];
  readonly #arrived = new Set<string>();
  #stored = 0;
  #gateway: Gateway | undefined;

  serves(): boolean {
    return true;
  }

  onReachable(): () => void {
    return () => undefined;
  }

  tell(): void {}

  async hand({ request: { runId, resume } }: Assignment): Promise<void> {
    if (this.#arrived.has(runId)) return;
    this.#arrived.add(runId);
    const said = SAID[resume === undefined ? 0 : 1] ?? [];
    for (const [n, one] of said.entries()) {
      this.#outbox.push({ threadId: THREAD, runId, name: `${n}`, interpret: () => ({ events: [], ...one }) });
    }
    if (this.#gateway !== undefined) this.#send(this.#gateway, this.#outbox.slice(-said.length));
  }

  /** A server is there: it is told again what is not known to be stored, and the last that is. */
  serve(gateway: Gateway): void {
    this.#gateway = gateway;
    const from = Math.max(0, this.#stored - 1);
    this.#stored = from;
    this.#send(gateway, this.#outbox.slice(from));
  }

  #send(gateway: Gateway, reports: readonly Omit<Report, "tenant">[]): void {
    for (const report of reports) {
      void gateway.workers.report({ tenant: "default", ...report }).then(
        () => {
          if (this.#gateway === gateway) this.#stored += 1;
        },
        () => undefined,
      );
    }
  }
}

/** One server's life on the disk; everything is asked for again, as a client does that does not know. */
async function live(clock: VirtualClock, disk: MemoryDisk, carrier: Carrier, ended: () => boolean): Promise<boolean> {
  const life = clock.process();
  const world = { clock: life, random: seededRandom(disk.commits), workers: carrier, agents: [] };
  const log = createMemoryLog({ ...world, disk });
  let http: MemoryHttp | undefined;
  let gateway: Gateway | undefined;
  void createGateway({ ...world, log }).then((made) => {
    gateway = made;
    http = new MemoryHttp(made);
    carrier.serve(made);
  });
  let done = false;
  for (let round = 0; round < MOST_ROUNDS && !ended() && !done; round++) {
    if (http !== undefined) void drive(http).then((whole) => (done ||= whole));
    await clock.advance(ROUND_MS);
  }
  if (done && !ended()) {
    const closing = gateway?.close();
    await clock.advance(ROUND_MS);
    await closing;
    await log.close();
  }
  life.kill();
  return done;
}

/** Asks for the run and answers its question; whether both runs are over. */
async function drive(http: MemoryHttp): Promise<boolean> {
  await http.post(`/api/v1/threads/${THREAD}/runs`, { agent: "theirs", input: "go", run_id: "r1", id: "start" });
  const answer = { interrupt_id: "q", answer: "yes", id: "answer" };
  const { status } = await http.post("/api/v1/runs/r1/answers", answer);
  const { body } = await http.get(`/api/v1/threads/${THREAD}`);
  return status === 202 && body["status"] === "idle" && (body["runs"] as unknown[]).length === 2;
}

describe.each(["lost", "kept"] as const)("the write is %s", (inFlight) => {
  test("R1, R3, R4: killed at any write, every run elsewhere happens once and whole", async () => {
    let crashes = 0;
    for (let at = 1; ; at++) {
      const clock = virtualClock();
      let writes = 0;
      let crashed = false;
      const disk: MemoryDisk = memoryDisk({
        fate: () => {
          writes += 1;
          if (writes === at) {
            crashed = true;
            disk.crash(inFlight);
          }
          return "ok";
        },
      });
      const carrier = new Carrier();
      const whole = await live(clock, disk, carrier, () => crashed);
      if (crashed) crashes += 1;
      if (crashed) expect(await live(clock, disk, carrier, () => false), `killed at write ${at}`).toBe(true);
      else expect(whole).toBe(true);
      const log = createMemoryLog({ clock, random: seededRandom(0), disk });
      for (const prefix of ["queue/", "active/", "reported/"]) {
        expect(await log.controls(prefix, { limit: 10 }), `killed at write ${at}`).toEqual([]);
      }
      const { threads, runs } = await readBack(log);
      const evidence = { entries: [], threads, runs, past: new Map(), agentsSeen: false };
      expect(judgeThreads({ ...evidence, cancels: { byInterrupt: false, byLeaving: false } })).toEqual([]);
      const events = threads.get(THREAD)?.events ?? [];
      expect(events.map(said), `killed at write ${at}`).toEqual([
        "RUN_STARTED",
        "STEP_STARTED",
        "STEP_FINISHED",
        1,
        2,
        "RUN_FINISHED",
        "RUN_STARTED",
        3,
        4,
        "RUN_FINISHED",
      ]);
      if (!crashed) break;
    }
    // The server's own start, the two starts with their hand-overs, and the reports.
    expect(crashes).toBeGreaterThan(8);
  });
});

function said(event: AguiEvent): unknown {
  return event.type === EventType.CUSTOM ? event.value : event.type;
}
