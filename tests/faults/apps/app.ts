import { type Client, createClient, memoryStorage, type Signal, type Thread } from "@throughline/client";
import type { ProcessClock, SeededRandom } from "@throughline/testing";
import { ownTexts } from "../../../packages/client/src/kept.ts";
import { loadFold } from "../../../packages/client/src/thread/load-fold.ts";
import type { Entry } from "../history.ts";
import type { World } from "../world.ts";
import { Commander } from "./commander.ts";
import { AppNetwork } from "./network.ts";
import type { AppAct, AppPlan } from "./plan.ts";
import type { Tamper } from "./tamper.ts";
import { shown, watchThread } from "./watch-thread.ts";

// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
await loadFold();

const URL = "http://127.0.0.1";

/** What is in memory of a page between two loads of it. */
interface Page {
  readonly clock: ProcessClock;
  readonly client: Client;
  readonly commander: Commander;
  /** By thread, what ends looking at it. */
  readonly looking: Map<string, () => void>;
  readonly signal: (signal: Signal) => void;
}

/** A page that follows and steers threads with the real client. All that it is given goes on record. */
export class App {
  readonly plan: AppPlan;
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #network: AppNetwork;
  /** Outlives the page. */
  readonly #storage = memoryStorage();
  #page: Page | undefined;
  #count = 0;

  /** @param tamper see {@link AppNetwork} */
  constructor(plan: AppPlan, world: World, tamper: (() => Tamper) | undefined) {
    this.plan = plan;
    this.#world = world;
    this.#random = world.random.fork(plan.name);
    this.#network = new AppNetwork(world, plan, this.#random.fork("network"), tamper);
    world.clock.setTimeout(() => this.#load(), plan.at);
  }

  /** Whether it is connected, has all there is, and waits for nothing. */
  get isSettled(): boolean {
    if (this.#page === undefined) return false;
    const { client, commander } = this.#page;
    return (
      commander.pending === 0 &&
      client.connection.get().state === "connected" &&
      this.#threads(client).every((thread) => {
        const { isLoaded, behind, outgoing } = thread.view.get();
        return isLoaded && behind === 0 && outgoing.every(({ status }) => status !== "sending");
      })
    );
  }

  do(act: AppAct): void {
    if (this.#page === undefined) return;
    const { client, commander } = this.#page;
    switch (act.type) {
      case "network":
        this.#world.fault(`app network ${act.fault}`);
        this.#network.fail(act.fault, act.amount);
        this.#world.clock.setTimeout(() => this.#mend(), act.forMs);
        return;
      case "doors":
        return this.#network.open(act.open);
      case "reload":
        return this.#reload();
      case "look away":
        this.#lookAway(act.thread);
        this.#world.clock.setTimeout(() => this.#lookAgain(act.thread), act.forMs);
        return;
      case "disconnect":
        client.disconnect();
        this.#world.clock.setTimeout(() => this.#page?.client.connect(), act.forMs);
        return;
      default:
        return commander.do(act, client.thread(act.thread));
    }
  }

  /** The network is whole again, and lets everything through. */
  heal(): void {
    this.#network.open(["websocket", "sse", "long-poll"]);
    this.#mend();
    this.#page?.client.connect();
    for (const thread of this.plan.threads) this.#lookAgain(thread);
  }

  /** Puts on record what it shows in the end. */
  rest(): void {
    if (this.#page === undefined) return;
    const { looking, client } = this.#page;
    for (const [id, end] of looking) {
      end();
      looking.set(id, () => undefined);
      this.#record(id, { phase: "info", code: "stopped", ...shown(client.thread(id)) });
    }
  }

  /** Ends it. What it gives says, once there was time enough, what is left behind. */
  close(): () => string[] {
    const page = this.#page;
    this.#page = undefined;
    page?.client.close();
    return () => {
      const left = page?.clock.pending ?? 0;
      return left > 0 ? [`leak: ${left} timers of ${this.plan.name} after its client's close`] : [];
    };
  }

  #load(): void {
    this.#count += 1;
    const clock = this.#world.clock.process();
    const listeners = new Set<(signal: Signal) => void>();
    const client = createClient({
      url: URL,
      storage: this.#storage,
      system: {
        clock,
        random: this.#random.fork(`page-${this.#count}`),
        fetch: this.#network.fetch,
        WebSocket: this.#network.WebSocket,
        signals: {
          subscribe: (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
        },
      },
    });
    const conn = this.#conn;
    const { history } = this.#world;
    client.on("connected", ({ transport }) =>
      history.add({ conn, op: "resume", phase: "ok", what: "app connected", transport: `app/${transport}` }),
    );
    client.on("disconnected", () =>
      history.add({ conn, op: "resume", phase: "info", what: "app connected", code: "app cut off" }),
    );
    this.#page = {
      clock,
      client,
      commander: new Commander(conn, this.#world, ownTexts(this.#storage.tab, { url: URL })),
      looking: new Map(),
      signal: (signal) => listeners.forEach((listener) => listener(signal)),
    };
    for (const thread of this.plan.threads) this.#lookAgain(thread);
    this.#watchServer();
  }

  /** A process that is gone takes its connections with it. */
  #watchServer(): void {
    const page = this.#page;
    this.#world.onDown(() => {
      this.#network.drop();
      if (this.#page === page && page !== undefined) this.#watchServer();
    });
  }

  #reload(): void {
    if (this.#page === undefined) return;
    this.#world.fault("app reload");
    this.#page.clock.kill();
    this.#page.commander.leave();
    for (const end of this.#page.looking.values()) end();
    this.#network.drop();
    this.#load();
  }

  #mend(): void {
    this.#network.mend();
    this.#page?.signal("online");
  }

  #lookAway(id: string): void {
    this.#page?.looking.get(id)?.();
    this.#page?.looking.delete(id);
  }

  #lookAgain(id: string): void {
    if (this.#page === undefined || this.#page.looking.has(id)) return;
    const { client, looking } = this.#page;
    const thread = client.thread(id);
    looking.set(
      id,
      watchThread(thread, {
        record: (entry) => {
          const transport = `app/${client.connection.get().transport ?? "none"}`;
          this.#record(id, { ...entry, transport });
        },
        isDurable: (seq) => this.#world.isDurable(id, seq),
      }),
    );
    if (thread.view.get().isLoaded) this.#record(id, { phase: "ok", code: "taken up", ...shown(thread) });
  }

  #record(thread: string, entry: Partial<Entry> & Pick<Entry, "phase">): void {
    this.#world.history.add({ conn: this.#conn, op: "resume", what: "app", thread, ...entry });
  }

  #threads(client: Client): Thread[] {
    return this.plan.threads.map((id) => client.thread(id));
  }

  get #conn(): string {
    return `${this.plan.name}#${this.#count}`;
  }
}
