import type { ThroughlineError, Timer } from "@throughline/protocol";
import type { Carrier, CarrierHost, Transport } from "../carriers/carrier.ts";
import type { ClientSystem, Signal } from "../seams.ts";
import type { Emits } from "../stores/emitter.ts";
import { Store } from "../stores/store.ts";
import { lost } from "./failure.ts";
import { Heartbeat } from "./heartbeat.ts";
import { DISCONNECTED, type LinkState } from "./link.ts";
import { type Effect, IDLE, type Machine, type MachineEvent, transition } from "./machine.ts";
import type { ReconnectPolicy } from "./policy.ts";

export interface ConnectionEvents {
  connected: { readonly transport: Transport };
  /** It was connected and is no more; `error` is null where that was asked for. */
  disconnected: { readonly error: ThroughlineError | null };
  /** The next attempt is made in `delay` ms. */
  reconnecting: { readonly attempt: number; readonly delay: number };
  /** Trying again cannot help, or the server complains of a frame. */
  error: ThroughlineError;
  /** Round trip, in ms. */
  latency: number;
}

export interface DialHost<Out, In> extends Omit<CarrierHost<In>, "opened"> {
  /** May be told again: then the carrier takes the place of the one that is open, which is closed. */
  opened(carrier: Carrier<Out>, heartbeatMs: number): void;
}

/** How a connection gets its carriers. */
export interface Dialler<Out, In> {
  dial(host: DialHost<Out, In>): { cancel(): void };
}

export interface ConnectionOptions<Out, In> {
  readonly system: ClientSystem;
  readonly policy: ReconnectPolicy;
  readonly dialler: Dialler<Out, In>;
  readonly events: Emits<ConnectionEvents>;
  readonly host: { opened(): void; frame(frame: In): void; ended(error: ThroughlineError | null): void };
}

/** Drives the machine: carries its effects out, and tells it what happens. */
export class Connection<Out, In> {
  readonly state = new Store<LinkState>(DISCONNECTED);
  readonly #options: ConnectionOptions<Out, In>;
  readonly #heartbeat: Heartbeat;
  #machine: Machine = IDLE;
  #carrier: Carrier<Out> | undefined;
  #dialling: { cancel(): void } | undefined;
  #retry: Timer | undefined;
  #unsubscribe = (): void => {};

  constructor(options: ConnectionOptions<Out, In>) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(options.system.clock, {
      probe: (id) => this.#carrier?.probe(id),
      silent: () => this.#dispatch({ type: "lost", failure: lost("The connection fell silent.") }),
      latency: (ms) => {
        this.state.patch({ latencyMs: ms });
        options.events.emit("latency", ms);
      },
    });
  }

  /** Whether the last token was turned down. */
  get wasDenied(): boolean {
    return this.#machine.wasDenied;
  }

  connect(): void {
    if (this.#machine.phase === "closed") return;
    this.#unsubscribe();
    this.#unsubscribe = this.#options.system.signals.subscribe((signal) => this.#signalled(signal));
    this.#dispatch({ type: "connect" });
  }

  disconnect(): void {
    this.#unsubscribe();
    this.#dispatch({ type: "disconnect" });
  }

  close(): void {
    this.#unsubscribe();
    this.#dispatch({ type: "close" });
  }

  nudge(): void {
    this.#dispatch({ type: "nudge" });
  }

  /** The server has said that it goes down, and when to come back. */
  drain(retryAfterMs: number): void {
    this.#dispatch({ type: "draining", retryAfterMs });
  }

  /** @returns whether it was open; else the frame is gone */
  send(frame: Out): boolean {
    if (this.#machine.phase !== "open" || this.#carrier === undefined) return false;
    this.#carrier.send(frame);
    return true;
  }

  /** Going offline may be a mistake of the platform's: what is open is made sure of, not dropped. */
  #signalled(signal: Signal): void {
    if (signal !== "offline" || this.#machine.phase === "open") this.nudge();
  }

  #dispatch(event: MachineEvent): void {
    const { clock, random } = this.#options.system;
    const before = this.#machine;
    const env = {
      now: clock.now(),
      monotonic: clock.monotonic(),
      random: random.next(),
      policy: this.#options.policy,
    };
    const { machine, effects } = transition(before, event, env);
    this.#machine = machine;
    for (const effect of effects) this.#perform(effect);
    this.#tell(before, machine);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "drop":
        return this.#drop();
      case "dial":
        this.#dialling = this.#options.dialler.dial(this.#dialHost());
        return;
      case "wait":
        this.#retry = this.#options.system.clock.setTimeout(() => this.#dispatch({ type: "due" }), effect.ms);
        return;
      case "probe":
        return this.#heartbeat.probe();
    }
  }

  #drop(): void {
    this.#retry?.cancel();
    this.#heartbeat.stop();
    this.#dialling?.cancel();
    this.#dialling = undefined;
    this.#carrier?.close();
    this.#carrier = undefined;
  }

  #dialHost(): DialHost<Out, In> {
    return {
      opened: (carrier, heartbeatMs) => this.#open(carrier, heartbeatMs),
      heard: () => this.#heartbeat.heard(),
      pong: (id) => this.#heartbeat.pong(id),
      frame: (frame) => this.#options.host.frame(frame),
      ended: (failure) => this.#dispatch({ type: failure.kind, failure }),
    };
  }

  #open(carrier: Carrier<Out>, heartbeatMs: number): void {
    // The present one, if a better one has opened beside it.
    this.#carrier?.close();
    this.#carrier = carrier;
    this.#dispatch({ type: "opened" });
    // Whoever was told may have ended it already.
    if (this.#carrier !== carrier) return;
    this.#heartbeat.start(heartbeatMs, carrier.pings);
    this.#options.host.opened();
  }

  #tell(before: Machine, after: Machine): void {
    const { events, host } = this.#options;
    const { failure, attempt, retryAt, phase } = after;
    const error = failure?.error ?? null;
    this.state.patch({
      state: publicState(after),
      attempt: phase === "open" ? 0 : attempt,
      retryAt,
      transport: this.#carrier?.transport ?? null,
      error,
      ...(phase !== "open" && { latencyMs: null }),
    });
    if (before.phase === phase) return;
    const told: (() => void)[] = [];
    if (before.phase === "open")
      told.push(
        () => host.ended(error),
        () => events.emit("disconnected", { error }),
      );
    if (phase === "open" && this.#carrier !== undefined) {
      const { transport } = this.#carrier;
      told.push(() => events.emit("connected", { transport }));
    }
    if (phase === "waiting") {
      const delay = (retryAt ?? 0) - this.#options.system.clock.now();
      told.push(() => events.emit("reconnecting", { attempt, delay }));
    }
    if (phase === "failed" && error !== null) told.push(() => events.emit("error", error));
    // Whoever is told may end or begin it again; what is stale by then goes unsaid.
    for (const tell of told) if (this.#machine === after) tell();
  }
}

function publicState({ phase, wasOpen, attempt }: Machine): LinkState["state"] {
  switch (phase) {
    case "open":
      return "connected";
    case "opening":
      return wasOpen || attempt > 0 ? "reconnecting" : "connecting";
    case "waiting":
      return "reconnecting";
    case "failed":
      return "error";
    case "idle":
    case "closed":
      return "disconnected";
  }
}
