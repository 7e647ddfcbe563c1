import { createGateway, type Gateway } from "@throughline/gateway";
import { createMemoryLog, type StreamLog } from "@throughline/log";
import { type Agent, type Logger, silentLogger, ThroughlineError } from "@throughline/protocol";
import {
  MemoryHttp,
  type ProcessClock,
  seededRandom,
  type SeededRandom,
  virtualClock,
  type VirtualClock,
} from "@throughline/testing";
import { FaultyDisk, type InFlight } from "./disk.ts";
import type { Connection, ConnectionEvents } from "./followers/connection.ts";
import { openNative } from "./followers/native.ts";
import { openPoll } from "./followers/poll.ts";
import { openSse } from "./followers/sse.ts";
import type { Opening, Surroundings } from "./followers/surroundings.ts";
import { openWebSocket } from "./followers/websocket.ts";
import { History } from "./history.ts";
import type { Mutant } from "./mutants.ts";
import type { Plan } from "./plan.ts";
import { type Contents, type Generation, readBack } from "./read-back.ts";
import { countTails } from "./tails.ts";

/** A process that serves: a gateway on a log, with timers of its own. */
interface Process {
  readonly clock: ProcessClock;
  readonly log: StreamLog;
  readonly tails: () => number;
  gateway: Gateway | undefined;
}

const RETRY_MS = 300;
const HEALTH_MS = 250;
/** How long closing may take, however ill the disk is. */
const CLOSE_MS = 120_000;

/** One machine: its disk, its clock, and the processes that serve on it one after another. */
export class World implements Surroundings {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly history: History;
  readonly disk: FaultyDisk;
  /** What no process may ever do, in words. */
  readonly misdeeds: string[] = [];
  /** By thread, the lives that ended with a restore. */
  readonly past = new Map<string, Generation[]>();
  readonly #plan: Plan;
  readonly #agents: readonly Agent[];
  readonly #mutant: Mutant;
  readonly #onDown = new Set<() => void>();
  #count = 0;
  #process: Process | undefined;
  #restoreLoses: number;

  constructor(plan: Plan, agents: (history: History) => readonly Agent[], mutant: Mutant) {
    this.#plan = plan;
    this.#mutant = mutant;
    this.#restoreLoses = plan.restoreLoses;
    this.clock = virtualClock({ readCostMs: plan.readCostMs });
    this.random = seededRandom(plan.seed).fork("world");
    const began = this.clock.monotonic();
    const at = (): { t: number; proc: number } => ({
      t: Math.round(this.clock.monotonic() - began),
      proc: this.#process === undefined ? 0 : this.#count,
    });
    this.history = new History(plan.seed, at);
    this.#agents = agents(this.history);
    this.disk = new FaultyDisk({
      plan: plan.disk,
      clock: this.clock,
      random: this.random.fork("disk"),
      events: { fault: (kind) => this.fault(kind), crash: (inFlight) => this.crash(inFlight, RETRY_MS) },
    });
  }

  /** The gateway that serves now. */
  get gateway(): Gateway | undefined {
    return this.#process?.gateway;
  }

  /** An HTTP client of what serves now; undefined while nothing does. */
  get http(): MemoryHttp | undefined {
    return this.gateway === undefined ? undefined : new MemoryHttp(this.gateway);
  }

  /** Calls `fn` when the process that serves now is gone. */
  onDown(fn: () => void): () => void {
    this.#onDown.add(fn);
    return () => this.#onDown.delete(fn);
  }

  isDurable(thread: string, seq: number): boolean {
    return seq <= this.disk.head(`default/${thread}`);
  }

  open(opening: Opening, events: ConnectionEvents): Connection | undefined {
    const { gateway, http, clock } = this;
    if (gateway === undefined || http === undefined) return undefined;
    switch (opening.transport) {
      case "sse":
        return openSse({ ...opening, http, clock }, events);
      case "poll":
        return openPoll({ ...opening, http, clock }, events);
      case "native":
        return openNative({ ...opening, gateway, clock }, events);
      default:
        return openWebSocket(opening.transport, { ...opening, gateway, clock }, events);
    }
  }

  fault(kind: string): void {
    this.history.add({ conn: "world", op: "fault", phase: "info", code: kind });
  }

  /** Starts serving; tries again until it can. */
  async start(): Promise<void> {
    this.#count += 1;
    const count = this.#count;
    const clock = this.clock.process();
    const raw = createMemoryLog({ clock, random: seededRandom(this.random.int(0, 2 ** 31)), disk: this.disk.disk });
    const counted = countTails(this.#mutant.log?.(raw) ?? raw);
    const process: Process = { clock, log: counted.log, tails: counted.open, gateway: undefined };
    this.#process = process;
    this.#watchHealth(process);
    this.disk.found(new Map((await raw.list("", { limit: 10_000 })).map(({ name, head }) => [name, head])));
    try {
      const gateway = await createGateway({
        log: counted.log,
        clock,
        random: seededRandom(this.random.int(0, 2 ** 31)),
        agents: this.#agents,
        busyPolicy: this.#plan.policy,
        streamGraceMs: this.#plan.graceMs,
        logger: this.#watchfulLogger(),
      });
      process.gateway = this.#mutant.gateway?.(gateway, counted.log) ?? gateway;
    } catch (error) {
      // A disk that is full or broken: whoever supervises the process starts it again.
      if (this.#process !== process || this.#count !== count) return;
      this.fault(`start refused: ${ThroughlineError.from(error).code}`);
      this.crash("lost", RETRY_MS);
    }
  }

  /** kill -9, and a start after a while. */
  crash(inFlight: InFlight, downMs: number): void {
    const process = this.#process;
    if (process === undefined) return;
    this.disk.crash(inFlight);
    process.clock.kill();
    this.#goDown(downMs);
  }

  /** Ends in the way a service manager asks for, and starts again. */
  async restart(graceMs: number): Promise<void> {
    const process = this.#process;
    if (process?.gateway === undefined) return;
    this.fault("restart");
    const draining = process.gateway.drain(graceMs);
    const deadline = this.clock.setTimeout(() => {
      if (this.#process !== process) return;
      this.misdeeds.push(`D6: draining with ${graceMs} ms of grace took more than ${CLOSE_MS} ms`);
      this.crash("lost", RETRY_MS);
    }, CLOSE_MS);
    await draining;
    if (this.#process === process) await this.#close(process);
    deadline.cancel();
    // It may have been killed meanwhile, or been asked to stop twice.
    if (this.#process !== process) return;
    process.clock.kill();
    this.#goDown(RETRY_MS);
  }

  /** Ends for good. What it gives says, once there was time enough, what is left behind. */
  close(): () => string[] {
    const process = this.#process;
    let closed = process === undefined;
    if (process !== undefined) void this.#close(process).then(() => (closed = true));
    this.#process = undefined;
    return () => [
      ...(closed ? [] : ["D6: closing never ends"]),
      ...(process !== undefined && process.clock.pending > 0
        ? [`leak: ${process.clock.pending} timers after close`]
        : []),
    ];
  }

  /** Everything that is stored, as an opened log reads it back. Only when no process has it. */
  read(): Promise<Contents> {
    return readBack(createMemoryLog({ clock: this.clock.process(), random: seededRandom(0), disk: this.disk.disk }));
  }

  async #close(process: Process): Promise<void> {
    await process.gateway?.close();
    await process.log.close();
    if (process.tails() > 0) this.misdeeds.push(`leak: ${process.tails()} tails are open after close`);
  }

  #goDown(downMs: number): void {
    this.#process = undefined;
    const listeners = [...this.#onDown];
    this.#onDown.clear();
    for (const listener of listeners) listener();
    const loses = this.#restoreLoses;
    this.#restoreLoses = 0;
    this.clock.setTimeout(() => void this.#startAgain(loses), downMs);
  }

  async #startAgain(loses: number): Promise<void> {
    if (loses > 0) await this.#restore(loses);
    await this.start();
  }

  /** Puts an older copy of the data in place. */
  async #restore(loses: number): Promise<void> {
    for (const [thread, generation] of (await this.read()).threads) {
      this.past.set(thread, [...(this.past.get(thread) ?? []), generation]);
    }
    this.fault("restore");
    this.disk.disk.cutTail(loses);
  }

  /** A log that has lost its disk's word takes no writes until it is opened again. */
  #watchHealth(process: Process): void {
    this.clock.setTimeout(() => {
      if (this.#process !== process) return;
      const { code } = process.log.health();
      if (code === "unavailable") this.crash("lost", RETRY_MS);
      else this.#watchHealth(process);
    }, HEALTH_MS);
  }

  #watchfulLogger(): Logger {
    const logger: Logger = {
      ...silentLogger,
      error: (message, fields) => {
        if (/^a (command|request) failed$/.test(message))
          this.misdeeds.push(`${message}: ${String(fields?.["error"])}`);
      },
      child: () => logger,
    };
    return logger;
  }
}
