import { type Logger, ThroughlineError } from "@throughline/protocol";
import { type BrokerRequestMessage, EVENTS } from "@throughline/protocol/schemas";
import type { Outbox } from "../link/outbox.ts";
import type { Spoken } from "../messages/narrator.ts";
import { readAgentMessage } from "../messages/read.ts";

/** Publishes what one run says: in order, each message named by its place in it. */
export class Voice {
  readonly #outbox: Outbox;
  readonly #request: BrokerRequestMessage;
  readonly #logger: Logger;
  #said = 0;

  constructor(outbox: Outbox, request: BrokerRequestMessage, logger: Logger) {
    this.#outbox = outbox;
    this.#request = request;
    this.#logger = logger;
  }

  /**
   * Sends the message on its way; it arrives though connections be lost.
   * @throws agent_invalid_event for what no message can carry
   */
  say(spoken: Spoken): void {
    const { type, body } = this.#written(spoken);
    this.#said += 1;
    const messageId = `${this.#request.runId}:${this.#said}`;
    this.#outbox.post({ exchange: EVENTS, key: type, type, body, messageId, mandatory: true }).then(
      ({ outcome }) => {
        if (outcome === "returned") this.#logger.warn("no gateway takes what is said", { messageId, type });
      },
      // Only its closing makes the outbox refuse it, and then the worker is closing as well.
      (error: unknown) => this.#logger.warn("a message was not sent", { messageId, type, error }),
    );
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
