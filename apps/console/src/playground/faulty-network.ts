import { Store, type WebSocketClass } from "@throughline/client";
import type { Clock, Random, Timer } from "@throughline/protocol";
import { DelayLine } from "./delay-line.ts";
import { faultySockets } from "./faulty-socket.ts";
import { faultyStream } from "./faulty-stream.ts";

/** What is done to this browser's own connection. All zero and false: nothing. */
export interface Faults {
  /** Added to every request, frame and piece of a stream. */
  readonly latencyMs: number;
  /** Up to this much more, at random. */
  readonly jitterMs: number;
  /** Connections break off after about this long; 0 = never. */
  readonly dropEveryMs: number;
  /** Nothing gets through at all. */
  readonly isOffline: boolean;
}

export const NO_FAULTS: Faults = { latencyMs: 0, jitterMs: 0, dropEveryMs: 0, isOffline: false };

/** What has been done so far. */
export interface Damage {
  readonly kills: number;
  readonly drops: number;
  /** Requests refused while offline. */
  readonly refused: number;
}

/** The other tabs of this browser. */
export interface TabsChannel {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

/** What the faults are laid upon. */
export interface NetworkSystem {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly WebSocket: WebSocketClass;
  readonly tabs: TabsChannel;
}

/** What tabs tell each other. */
type Told =
  | { readonly type: "faults"; readonly faults: Faults }
  | { readonly type: "kill" }
  | { readonly type: "count"; readonly what: keyof Damage }
  /** A new tab asks how things stand; whoever hears it answers with the two above. */
  | { readonly type: "ask" }
  | { readonly type: "damage"; readonly damage: Damage };

/**
 * The network of this browser's tabs with faults that one asks for: to see that nothing is lost, one has to
 * be able to break the connection. The tabs share it, and one of them has it, so all tabs have the same
 * faults. The server knows nothing of it, and nobody else is touched.
 */
export class FaultyNetwork {
  readonly faults = new Store<Faults>(NO_FAULTS);
  readonly damage = new Store<Damage>({ kills: 0, drops: 0, refused: 0 });
  readonly WebSocket: WebSocketClass;
  readonly #system: NetworkSystem;
  /** How to break off each open socket and stream. */
  readonly #open = new Set<() => void>();

  constructor(system: NetworkSystem) {
    this.#system = system;
    this.WebSocket = faultySockets({
      WebSocket: system.WebSocket,
      isOffline: () => this.faults.get().isOffline,
      line: () => this.#line(),
      opened: (breakOff) => this.#opened(breakOff),
      refused: () => this.#count("refused"),
    });
    system.tabs.listen((message) => this.#hear(message as Told));
    this.#tell({ type: "ask" });
  }

  set(change: Partial<Faults>): void {
    const faults = { ...this.faults.get(), ...change };
    this.#tell({ type: "faults", faults });
    this.#take(faults);
  }

  /** Breaks the connection off, as a pulled cable would, whichever tab has it. */
  kill(): void {
    this.#count("kills");
    this.#tell({ type: "kill" });
    this.#breakAll();
  }

  readonly fetch = async (url: string, init?: RequestInit): Promise<Response> => {
    if (this.faults.get().isOffline) {
      this.#count("refused");
      throw new TypeError("The playground has taken this page offline.");
    }
    await new Promise<void>((resolve) => this.#line().push(resolve));
    const response = await this.#system.fetch(url, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!isStream || response.body === null) return response;
    let ended = (): void => {};
    const stream = faultyStream(response.body, this.#line(), () => ended());
    ended = this.#opened(stream.break);
    return new Response(stream.body, { status: response.status, headers: response.headers });
  };

  #hear(told: Told): void {
    switch (told.type) {
      case "faults":
        return this.#take(told.faults);
      case "kill":
        return this.#breakAll();
      case "count":
        return this.#add(told.what);
      case "damage":
        return this.damage.set(told.damage);
      case "ask":
        this.#tell({ type: "faults", faults: this.faults.get() });
        this.#tell({ type: "damage", damage: this.damage.get() });
    }
  }

  #tell(told: Told): void {
    this.#system.tabs.post(told);
  }

  #take(faults: Faults): void {
    this.faults.set(faults);
    if (faults.isOffline) this.#breakAll();
  }

  #line(): DelayLine {
    return new DelayLine(this.#system.clock, () => {
      const { latencyMs, jitterMs } = this.faults.get();
      return latencyMs + jitterMs * this.#system.random.next();
    });
  }

  /** @returns it has ended */
  #opened(breakOff: () => void): () => void {
    this.#open.add(breakOff);
    const drop = this.#dropLater(breakOff);
    return () => {
      drop?.cancel();
      this.#open.delete(breakOff);
    };
  }

  #dropLater(breakOff: () => void): Timer | undefined {
    const { dropEveryMs } = this.faults.get();
    if (dropEveryMs === 0) return undefined;
    return this.#system.clock.setTimeout(
      () => {
        this.#count("drops");
        breakOff();
      },
      dropEveryMs * (0.5 + this.#system.random.next()),
    );
  }

  #breakAll(): void {
    for (const breakOff of this.#open) breakOff();
  }

  #count(what: keyof Damage): void {
    this.#tell({ type: "count", what });
    this.#add(what);
  }

  #add(what: keyof Damage): void {
    const damage = this.damage.get();
    this.damage.set({ ...damage, [what]: damage[what] + 1 });
  }
}
