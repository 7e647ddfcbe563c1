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
    const counting = session.consumersOf(requestQueue(agent));
    const count = await within(this.#clock, PATIENCE_MS, counting, "Counting workers").catch(() => UNKNOWN);
    if (count === undefined) return `No worker of "${agent}" has ever asked for requests.`;
    return count === 0 ? `No worker of "${agent}" is there now.` : undefined;
  }
}

const UNKNOWN = Number.NaN;
