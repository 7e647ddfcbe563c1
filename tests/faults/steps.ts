import type { JsonObject } from "@throughline/protocol";
import { App } from "./apps/app.ts";
import { type CallAbout, Callers } from "./caller.ts";
import { Follower } from "./followers/follower.ts";
import { probe } from "./followers/probe.ts";
import type { Mutant } from "./mutants.ts";
import type { Plan, StartPlan, Step } from "./plan.ts";
import type { World } from "./world.ts";

type Do<Name extends Step["do"]> = Extract<Step, { readonly do: Name }>;

/** Carries out a plan's steps in its world. */
export class Steps {
  readonly callers: Callers;
  readonly followers: readonly Follower[];
  readonly apps: readonly App[];
  readonly #world: World;
  #count = 0;

  constructor(plan: Plan, world: World, mutant: Mutant) {
    this.#world = world;
    this.callers = new Callers(world);
    this.followers = plan.clients.map((client) => new Follower(client, world));
    this.apps = plan.apps.map((app) => new App(app, world, mutant.tamper));
  }

  /** Begins a step; what follows from it happens in its own time. */
  begin(step: Step): void {
    this.#count += 1;
    switch (step.do) {
      case "start":
        return this.#start(step);
      case "start again":
        return void this.#call(
          startAbout(step.start, step.other),
          startPath(step.start),
          startBody(step.start, step.other),
        );
      case "cancel":
        return this.#cancel(step);
      case "answer":
        return void this.#answer(step);
      case "pause":
        return void this.#pause(step);
      case "fork":
        return void this.#fork(step);
      case "probe":
        return probe(this.#world, `probe-${this.#count}`, step);
      case "network":
        return this.#breakNetwork(step);
      case "disk full":
        return this.#fillDisk(step);
      case "clock jump":
        this.#world.fault("clock jump");
        return this.#world.clock.jump(step.ms);
      case "crash":
        this.#world.fault("crash");
        return this.#world.crash("lost", step.downMs);
      case "restart":
        return void this.#world.restart(step.graceMs);
      case "app":
        return this.apps.find(({ plan }) => plan.name === step.app)?.do(step.act);
      case "nonsense":
        return void this.#follower(step.client)?.send(step.frame);
    }
  }

  #start({ start, by, lost }: Do<"start">): void {
    const frame = {
      type: "chat",
      id: `start-${start.run}`,
      payload: { run_id: start.run, message: textOf(start, false) },
    };
    const socket = this.followers.find(({ plan }) => plan.transport === "websocket" && plan.thread === start.thread);
    // A chat frame has no answer of its own: whether it arrives shows in the thread.
    if (by === "websocket" && start.agent === "puppet" && socket?.send(JSON.stringify(frame)) === true) {
      const entry = { conn: `${socket.plan.name} says`, op: "append", ...startAbout(start, false) } as const;
      this.#world.history.add({ ...entry, phase: "invoke" });
      this.#world.history.add({ ...entry, phase: "info", code: "no answer" });
      return;
    }
    void this.#call(startAbout(start, false), startPath(start), startBody(start, false), lost);
  }

  #cancel({ run, thread, times, lost }: Do<"cancel">): void {
    const about: CallAbout = { op: "cancel", what: "cancel", run, thread };
    const socket = this.followers.find(({ plan }) => plan.transport === "websocket" && plan.thread === thread);
    for (let i = 0; i < times; i++) {
      if (i === 1 && socket !== undefined) this.#cancelBySocket(socket, about, run);
      else void this.#call(about, `/api/v1/runs/${run}/cancel`, {}, lost);
    }
  }

  #cancelBySocket(socket: Follower, about: CallAbout, run: string): void {
    const entry = { op: "cancel", ...about, conn: `${socket.plan.name} cancels ${this.#count}` } as const;
    const frame = JSON.stringify({ type: "cancel", id: `cancel-${this.#count}`, payload: { run_id: run } });
    const sent = socket.cancel(frame, (success) =>
      this.#world.history.add({ ...entry, phase: success === undefined ? "info" : success ? "ok" : "fail" }),
    );
    if (sent) this.#world.history.add({ ...entry, phase: "invoke" });
  }

  async #answer({ thread, times, lost }: Do<"answer">): Promise<void> {
    const at = this.#count;
    const [pending] = await this.#pendingInterrupts(thread);
    if (pending === undefined) return;
    for (let i = 0; i < times; i++) {
      const answer = `answer ${at}.${i}`;
      const about = { what: "answer", thread, run: pending.runId, about: `${pending.id} ${answer}` };
      // With an id a repeat is told the same; without one it is told that somebody was first.
      const id = i === 0 ? { id: `answer-${at}` } : {};
      void this.#call(
        about,
        `/api/v1/runs/${pending.runId}/answers`,
        { interrupt_id: pending.id, answer, ...id },
        lost,
      );
    }
  }

  async #pause({ run, thread, forMs }: Do<"pause">): Promise<void> {
    const { phase } = await this.#call({ what: "pause", run, thread }, `/api/v1/runs/${run}/pause`, {});
    if (phase === "fail") return;
    await new Promise<void>((resolve) => this.#world.clock.setTimeout(resolve, forMs));
    await this.#call({ what: "resume", run, thread }, `/api/v1/runs/${run}/resume`, {});
  }

  async #fork({ thread, target, share }: Do<"fork">): Promise<void> {
    const view = await this.#view(thread);
    if (view === undefined) return;
    const at = Math.floor(Number(view["last_seq"]) * share);
    await this.#call({ what: "fork", thread, about: `${target}@${at}` }, `/api/v1/threads/${thread}/fork`, {
      id: target,
      at,
    });
  }

  #breakNetwork({ client, fault, forMs, amount }: Do<"network">): void {
    const follower = this.#follower(client);
    follower?.fail(fault, amount);
    this.#world.clock.setTimeout(() => follower?.mend(), forMs);
  }

  #fillDisk({ forMs }: Do<"disk full">): void {
    this.#world.fault("disk full");
    this.#world.disk.fill(true);
    this.#world.clock.setTimeout(() => this.#world.disk.fill(false), forMs);
  }

  async #pendingInterrupts(thread: string): Promise<{ id: string; runId: string }[]> {
    const view = await this.#view(thread);
    const pending = (view?.["pending_interrupts"] ?? []) as { run_id: string; interrupt: { id: string } }[];
    return pending.map(({ run_id: runId, interrupt }) => ({ id: interrupt.id, runId }));
  }

  async #view(thread: string): Promise<JsonObject | undefined> {
    const { body } = await this.callers.call({ what: "view", thread }, (http) => http.get(`/api/v1/threads/${thread}`));
    return body;
  }

  #call(about: CallAbout, path: string, body: unknown, lost = false): ReturnType<Callers["call"]> {
    return this.callers.call(about, (http) => http.post(path, body), lost);
  }

  #follower(name: string): Follower | undefined {
    return this.followers.find(({ plan }) => plan.name === name);
  }
}

function textOf({ script }: StartPlan, other: boolean): string {
  return JSON.stringify(other ? { ...script, tokens: script.tokens + 1 } : script);
}

function startAbout(start: StartPlan, other: boolean): CallAbout {
  return { what: "start", thread: start.thread, run: start.run, about: textOf(start, other) };
}

function startPath({ thread }: StartPlan): string {
  return `/api/v1/threads/${thread}/runs`;
}

function startBody(start: StartPlan, other: boolean): unknown {
  return { run_id: start.run, agent: start.agent, input: textOf(start, other) };
}
