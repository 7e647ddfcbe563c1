import { type Clock, type Logger, ThroughlineError } from "@throughline/protocol";
import { type BrokerRequestMessage, EVENTS } from "@throughline/protocol/schemas";
import type { Letter, Outbox } from "../link/outbox.ts";
import { sleep } from "../link/time.ts";
import { Narrator, type Spoken } from "../messages/narrator.ts";
import { readAgentMessage } from "../messages/read.ts";

/** How soon, and how often, a run's last message is said again that no queue has taken. */
const AGAIN_MS = 1_000;
const MOST_TIMES = 60;

/**
 * Publishes what one run says: in order, each message named by its place in it. A message that no queue takes is
 * lost, and what was said behind it may have arrived: the run cannot go on over that gap, and ends with an error.
 */
export class Voice {
  readonly #outbox: Outbox;
  readonly #request: BrokerRequestMessage;
  readonly #logger: Logger;
  readonly #lost = new AbortController();
  #said = 0;
  /** Messages of which it is not known yet whether they have arrived. */
  #open = 0;
  #onSettled: (() => void)[] = [];

  constructor(outbox: Outbox, request: BrokerRequestMessage, logger: Logger) {
    this.#outbox = outbox;
    this.#request = request;
    this.#logger = logger;
  }

  /** Fires, with the error that is to end the run, when something it has said is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Sends the message on its way; it arrives though connections be lost.
   * @throws agent_invalid_event for what no message can carry
   */
  say(spoken: Spoken): void {
    const letter = this.#letter(this.#written(spoken));
    this.#open += 1;
    void this.#isReturned(letter).then((returned) => {
      if (returned) this.#lost.abort(gap());
      this.#open -= 1;
      if (this.#open === 0) for (const resolve of this.#onSettled.splice(0)) resolve();
    });
  }

  /**
   * Says what ends the run, once all before it is known to have arrived; the error instead, if something was lost.
   * Nothing comes behind it, so it can be said again and again until a queue takes it. Resolves once it has
   * arrived, is given up, or `over` fires.
   * @param over the run has ended otherwise
   * @throws agent_invalid_event for what no message can carry
   */
  async end(spoken: Spoken, clock: Clock, over: AbortSignal): Promise<void> {
    const written = this.#written(spoken);
    if (this.#open > 0) await new Promise<void>((resolve) => this.#onSettled.push(resolve));
    const { aborted, reason } = this.#lost.signal;
    const failure = (): Spoken => Narrator.failure(this.#request.agent, reason as ThroughlineError);
    const letter = this.#letter(aborted ? this.#written(failure()) : written);
    for (let time = 0; time < MOST_TIMES && !over.aborted; time++) {
      if (!(await this.#isReturned(letter))) return;
      await sleep(clock, AGAIN_MS, over);
    }
  }

  /** Resolves when the run may say more; undefined when it may at once. */
  room(): Promise<void> | undefined {
    return this.#outbox.room();
  }

  heartbeat(agent: string, paused: boolean): void {
    // While others wait, what they say renews the lease as well.
    if (!this.#outbox.hasRoom) return;
    const type = "agent.heartbeat";
    this.#outbox
      .post({ exchange: EVENTS, key: type, type, body: this.#encode({ type, agent, data: { paused } }) })
      .catch(() => undefined);
  }

  #letter({ type, body }: { readonly type: string; readonly body: Buffer }): Letter {
    this.#said += 1;
    const messageId = `${this.#request.runId}:${this.#said}`;
    return { exchange: EVENTS, key: type, type, body, messageId, mandatory: true };
  }

  /** Sends it. @returns whether it came back, since no queue takes it */
  async #isReturned(letter: Letter): Promise<boolean> {
    const { messageId, type } = letter;
    try {
      const { outcome } = await this.#outbox.post(letter);
      if (outcome === "returned") this.#logger.warn("no gateway takes what is said", { messageId, type });
      return outcome === "returned";
    } catch (error) {
      // Only its closing makes the outbox refuse it, and then the worker is closing as well.
      this.#logger.warn("a message was not sent", { messageId, type, error });
      return false;
    }
  }

  /** The message, or where it cannot be one of its type, the bare event. */
  #written(spoken: Spoken): { readonly type: string; readonly body: Buffer } {
    const body = this.#encode(spoken);
    const read = readAgentMessage(body);
    if (read.ok) return { type: spoken.type, body };
    const { event } = spoken.data;
    const bare = this.#encode({ type: "agent.event", agent: this.#request.agent, data: { event } });
    if (event !== undefined && readAgentMessage(bare).ok) return { type: "agent.event", body: bare };
    throw new ThroughlineError("agent_invalid_event", `The agent broke the protocol: ${read.problem}`);
  }

  #encode(spoken: Spoken): Buffer {
    const { requestId, runId, tenant } = this.#request;
    const address = { requestId, runId, ...(tenant === undefined ? {} : { tenant }) };
    try {
      return Buffer.from(JSON.stringify({ ...spoken, ...address }));
    } catch (cause) {
      throw new ThroughlineError("agent_invalid_event", "The agent broke the protocol: an event is not JSON.", {
        cause,
      });
    }
  }
}

function gap(): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    "Part of what the agent said is lost: no queue of a gateway was there to take it.",
  );
}
