import type { Clock } from "@throughline/protocol";
import type { LinkUser } from "../link/link.ts";
import type { Session } from "../link/session.ts";
import { within } from "../link/time.ts";
import { requestQueue } from "../topology.ts";

/** How long the broker may take to count. */
const PATIENCE_MS = 2_000;

/** Looks whether there is somebody to take the requests of an agent. */
export class Census implements LinkUser {
  readonly #clock: Clock;
  readonly #counting = new Map<string, Promise<number | undefined>>();
  #session: Session | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(session: Session): Promise<void> {
    this.#session = session;
  }

  /** Why nobody takes them now, in a sentence; undefined when somebody may, or it is not known. Never rejects. */
  async missing(agent: string): Promise<string | undefined> {
    const session = this.#session;
    if (session === undefined) return undefined;
    const count = await this.#count(agent, session);
    if (count === undefined) return `No worker of "${agent}" has ever asked for requests.`;
    return count === 0 ? `No worker of "${agent}" is there now.` : undefined;
  }

  /** Many may ask at one moment, such as when the leases of runs that were asked for together run out: one count is for all. */
  #count(agent: string, session: Session): Promise<number | undefined> {
    const asked = this.#counting.get(agent);
    if (asked !== undefined) return asked;
    const count = within(this.#clock, PATIENCE_MS, session.consumersOf(requestQueue(agent)), "Counting workers")
      .catch(() => UNKNOWN)
      .finally(() => this.#counting.delete(agent));
    this.#counting.set(agent, count);
    return count;
  }
}

const UNKNOWN = Number.NaN;
