import type { Channel, ConsumeMessage } from "amqplib";
import type { Logger } from "@throughline/protocol";
import type { BrokerControlMessage, BrokerRequestMessage } from "@throughline/protocol/schemas";
import type { LinkUser } from "../link/link.ts";
import type { Session } from "../link/session.ts";
import { readControlMessage, readRequestMessage } from "../messages/read.ts";
import { declareControl, declareRequests } from "../topology.ts";

/** Requests that are here and not acknowledged. */
const PREFETCH = 1;

/** Who carries the orders out. */
export interface Crew {
  /** Whether the request is anything to this worker. */
  wants(request: BrokerRequestMessage): boolean;
  /** Resolves when there is a hand free for another run. */
  free(): Promise<void>;
  /** Has acknowledged it, and begins once the broker is known to have heard so. */
  takes(request: BrokerRequestMessage): void;
  /** Begins to work. */
  begin(request: BrokerRequestMessage): void;
  /** Hears about a run, one's own or not. */
  hear(notice: BrokerControlMessage): void;
  /** From now on it hears what it is told; it may have missed something before. */
  listens(): void;
}

/**
 * What a worker is asked and told over the broker. A request is acknowledged before the work on it
 * begins: were it acknowledged after, a worker that dies of it would take the next one down as well. A
 * run whose worker dies ends by its lease. It begins once the broker is known to have the acknowledgement,
 * since until then the broker may give the request to another worker too.
 */
export class Orders implements LinkUser {
  readonly #agent: string;
  readonly #crew: Crew;
  readonly #logger: Logger;
  #opened: { readonly session: Session; readonly requests: Channel; readonly control: Channel } | undefined;
  #closed = false;

  constructor(options: { readonly agent: string; readonly crew: Crew; readonly logger: Logger }) {
    this.#agent = options.agent;
    this.#crew = options.crew;
    this.#logger = options.logger;
  }

  async open(session: Session): Promise<void> {
    // Told before asked, so that no cancel of a run that begins here is missed.
    const control = await session.channel();
    const notices = await declareControl(control);
    await control.consume(notices, (raw) => this.#hear(raw, session), { noAck: true });
    this.#crew.listens();
    const requests = await session.channel();
    const queue = await declareRequests(requests, this.#agent);
    // One at a time: what this worker has no hand free for stays there for others.
    await requests.prefetch(PREFETCH);
    if (this.#closed) return session.release(requests);
    this.#opened = { session, requests, control };
    let before = Promise.resolve();
    await requests.consume(queue, (raw) => {
      // One after another, so that a hand that is free is not taken twice.
      before = before.then(() => this.#asked(raw, session, requests));
    });
  }

  /** Takes no more requests; one that has not begun goes to another worker. Never rejects. */
  async stopAsking(): Promise<void> {
    this.#closed = true;
    await this.#opened?.session.release(this.#opened.requests);
  }

  /** Hears nothing more either. Never rejects. */
  async close(): Promise<void> {
    await this.stopAsking();
    await this.#opened?.session.release(this.#opened.control);
  }

  #hear(raw: ConsumeMessage | null, session: Session): void {
    if (raw === null) return session.fail(new Error("The broker took the worker's own queue away."));
    const read = readControlMessage(raw.content);
    if (read.ok) this.#crew.hear(read.message);
    else this.#logger.warn("cannot read what workers are told", { problem: read.problem });
  }

  async #asked(raw: ConsumeMessage | null, session: Session, channel: Channel): Promise<void> {
    if (raw === null) return session.fail(new Error("The broker took the queue of requests away."));
    const read = readRequestMessage(raw.content);
    if (!read.ok) this.#logger.error("cannot read a request", { problem: read.problem });
    const request = read.ok && this.#crew.wants(read.message) ? read.message : undefined;
    if (request !== undefined) await this.#crew.free();
    // Gone meanwhile: the request is somebody else's, or comes again.
    if (this.#closed || session.signal.aborted) return;
    session.acknowledge(channel, raw);
    if (request === undefined) return;
    this.#crew.takes(request);
    if (!(await isHeard(channel))) return;
    if (this.#crew.wants(request)) this.#crew.begin(request);
  }
}

/**
 * Whether the broker has all that was said on the channel before. It answers in order, and to this: it is
 * the same bound once more. Never rejects; a connection that is lost says no.
 */
function isHeard(channel: Channel): Promise<boolean> {
  return channel.prefetch(PREFETCH).then(
    () => true,
    () => false,
  );
}
