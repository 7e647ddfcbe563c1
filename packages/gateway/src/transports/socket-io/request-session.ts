import {
  checkJsonBounds,
  type Clock,
  type Command,
  type Decoded,
  type DialectContext,
  type ErrorCode,
  type FollowWish,
  type JsonObject,
  type Logger,
  type Outcome,
  ThroughlineError,
} from "@throughline/protocol";
import type { Principal } from "../../access/principal.ts";
import type { Audit } from "../../audit/audit.ts";
import { isObject } from "../../dialects/frames.ts";
import { cursorIn, requestOf, threadOfRequest } from "../../dialects/request-commands.ts";
import { Views } from "../../delivery/views.ts";
import { requests } from "../../dialects/requests.ts";
import type { Runs } from "../../runs/runs.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { checkId, isId } from "../../threads/names.ts";
import { carryOut } from "../carry-out.ts";
import { packetsIn, socketIoFraming } from "./packets.ts";
import type { Peer, PeerHandler } from "./transport.ts";
import { Turnstile } from "./turnstile.ts";
import { Watch, type WatchPorts } from "./watch.ts";

/** What every session works with. */
export interface RequestPorts extends WatchPorts {
  readonly runs: Runs;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Who answers a request that names nobody. */
  readonly agent: string;
}

/** What a client says of itself when it connects, in the query or, which counts more, in `auth`. */
export interface Handshake {
  readonly requestId: unknown;
  readonly lastSeq: unknown;
}

type Answer = (ack: JsonObject) => void;

/** How many events of a client may wait while earlier ones are worked on. */
const MAX_WAITING = 256;
const NO_REQUEST_ID = '"requestId" must be 1 to 192 letters, digits or any of _ . : @ ~ -.';
/** How many requests one connection may follow. */
const MAX_WATCHES = 100;

/**
 * One client's connection in the requests dialect: carries out what its events ask for, those about one
 * request one after another, and follows the requests it has joined.
 */
export class RequestSession implements PeerHandler {
  readonly principal: Principal;
  readonly peer: Peer;
  readonly clientId: string;
  readonly views: Views;
  readonly #ports: RequestPorts;
  readonly #openedAt: number;
  readonly #watches = new Map<string, Watch>();
  readonly #turnstile = new Turnstile();
  #lastSeenAt: number;
  #closed = false;

  /** @throws invalid_input when the client's id cannot be one */
  constructor(options: {
    readonly ports: RequestPorts;
    readonly principal: Principal;
    readonly peer: Peer;
    readonly clientId: string;
    readonly handshake: Handshake;
  }) {
    this.#ports = options.ports;
    this.principal = options.principal;
    this.peer = options.peer;
    this.views = new Views(options.peer, options.ports.clock);
    this.clientId = checkId("client_id", options.clientId);
    this.#openedAt = this.#ports.clock.monotonic();
    this.#lastSeenAt = this.#ports.clock.now();
    const resumed = (options.handshake.lastSeq ?? null) !== null;
    this.#ports.telemetry.connectionOpened(requests.name, "socketio", resumed);
    this.#note("connection.opened", { resumed });
    this.#greet(options.handshake);
  }

  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  /** @param ack given where the client wants to know what came of it */
  handleEvent(name: unknown, payload: unknown, ack?: Answer): void {
    if (this.#closed) return;
    this.#lastSeenAt = this.#ports.clock.now();
    const requestId = isObject(payload) ? payload["requestId"] : undefined;
    const context = this.#contextOf(typeof requestId === "string" ? requestId : "");
    const answer = ack ?? ((said) => this.#complain(said, context));
    try {
      const decoded = requests.decode(textOf(name, payload), context, this.#lastSeenAt);
      const [refused] = decoded.replies;
      if (refused !== undefined) return answer({ ...refused, ok: false });
      const [command] = decoded.commands;
      if (command?.type === "cancel" && this.#turnstile.busy(context.threadId))
        this.#overtake(command, context, answer);
      else this.#inTurn(context, answer, () => this.#perform(decoded, context, answer));
    } catch (error) {
      answer(refusal(error));
    }
  }

  handleClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.views.close();
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
    const seconds = (this.#ports.clock.monotonic() - this.#openedAt) / 1_000;
    this.#ports.telemetry.connectionClosed(requests.name, "socketio", seconds);
    this.#note("connection.closed", { seconds: Math.round(seconds) });
  }

  tell(frame: JsonObject): void {
    if (!this.#closed) this.peer.tell(packetsIn(socketIoFraming.plain(frame)));
  }

  ended(watch: Watch): void {
    if (this.#watches.get(watch.threadId) === watch) this.#watches.delete(watch.threadId);
  }

  /** Joins the request that the client has named when it connected. */
  #greet({ requestId, lastSeq }: Handshake): void {
    if (requestId === undefined || requestId === null) return;
    const context = this.#contextOf(typeof requestId === "string" ? requestId : "");
    const answer = (said: JsonObject): void => this.#complain(said, context);
    const cursor = cursorIn(lastSeq);
    if ((lastSeq ?? null) !== null && cursor === undefined) {
      const message = '"lastSeq" must be SEQ or EPOCH.SEQ.';
      return answer({ ok: false, code: "invalid_cursor", message });
    }
    const follow = cursor === undefined ? { view: false } : { cursor, view: false };
    try {
      this.#inTurn(context, answer, () => this.#perform({ commands: [], replies: [], follow }, context, answer));
    } catch (error) {
      answer(refusal(error));
    }
  }

  /** Does the work once what came before it about the same request is done. */
  #inTurn(context: DialectContext, answer: Answer, work: () => Promise<void>): void {
    if (requestOf(context) === "") throw new ThroughlineError("invalid_input", '"requestId" must name a request.');
    if (!isId(context.threadId)) throw new ThroughlineError("invalid_input", NO_REQUEST_ID);
    if (this.#turnstile.waiting >= MAX_WAITING) return this.peer.end("rate");
    this.#turnstile.pass(context.threadId, () => work().catch((error: unknown) => answer(this.#failure(error))));
  }

  async #perform({ commands, follow }: Decoded, context: DialectContext, answer: Answer): Promise<void> {
    if (this.#closed) return;
    const { threadId } = context;
    const known = this.#watches.get(threadId);
    if (follow?.view === true) return this.#rejoin(known ?? this.#watch(threadId), follow, context, answer);
    // Before it is carried out, so that nothing of what it leads to is missed.
    const joined = follow === undefined || known !== undefined ? undefined : this.#watch(threadId);
    await joined?.follow(follow ?? { view: false });
    for (const command of commands) {
      const outcome = await this.#carryOut(command, threadId);
      // Nobody follows a request because a start of it was refused.
      if (!outcome.ok && joined?.empty === true) this.#leave(joined);
      answer(requests.acknowledge(command, outcome, context, this.#lastSeenAt) ?? {});
    }
  }

  /**
   * A cancel does not wait for a start that is still being handed over (R5). Where it finds nothing to
   * cancel, it has its turn behind what is under way.
   */
  #overtake(command: Command, context: DialectContext, answer: Answer): void {
    const decoded = { commands: [command], replies: [] };
    this.#carryOut(command, context.threadId)
      .then((outcome) => {
        if (outcome.ok) answer(requests.acknowledge(command, outcome, context, this.#lastSeenAt) ?? {});
        else this.#inTurn(context, answer, () => this.#perform(decoded, context, answer));
      })
      .catch((error: unknown) => answer(this.#failure(error)));
  }

  /** What comes after need not wait for all that was missed. */
  #rejoin(watch: Watch, wish: FollowWish, context: DialectContext, answer: Answer): void {
    watch.follow(wish).then(
      (standing) => answer({ ok: true, requestId: requestOf(context), ...standing }),
      (error: unknown) => answer(this.#failure(error)),
    );
  }

  async #carryOut(command: Command, threadId: string): Promise<Outcome> {
    const { threads, agent } = this.#ports;
    const address = { clientId: this.clientId, threadId, agent, named: true };
    const by = { principal: this.principal, address, dialect: requests.name };
    const outcome = await carryOut(this.#ports, by, command);
    if (outcome.ok || outcome.code !== "run_not_active") return outcome;
    // A request that nobody has started is not merely at rest.
    const { head } = await threads.open(this.principal.tenant, threadId);
    return head > 0 ? outcome : { ok: false, code: "not_found", message: "There is no such request." };
  }

  /** @throws too_many_subscriptions, forbidden */
  #watch(threadId: string): Watch {
    if (this.#watches.size >= MAX_WATCHES) {
      throw new ThroughlineError("too_many_subscriptions", `One connection may follow ${MAX_WATCHES} requests.`);
    }
    const watch = new Watch(this.#ports, this, threadId);
    this.#watches.set(threadId, watch);
    return watch;
  }

  #leave(watch: Watch): void {
    watch.close();
    this.ended(watch);
  }

  #contextOf(requestId: string): DialectContext {
    return this.#ports.delivery.contextOf({ id: threadOfRequest(requestId), epoch: "" });
  }

  /** Tells a client that has not asked for an answer what went wrong, and nothing else. */
  #complain({ ok, code, message }: JsonObject, context: DialectContext): void {
    if (ok === false) this.tell(requests.error(code as ErrorCode, String(message), context, this.#lastSeenAt));
  }

  #failure(cause: unknown): JsonObject {
    const error = ThroughlineError.from(cause);
    if (error.code === "internal") this.#ports.logger.error("a request's session failed", { error: cause });
    return refusal(error);
  }

  #note(action: string, details: JsonObject): void {
    const { tenant, subject } = this.principal;
    const { clientId } = this;
    this.#ports.audit.note({ action, dialect: requests.name, tenant, threadId: null, clientId, subject, details });
  }
}

/**
 * An event as the text the dialect reads: its payload, with its name as the `type`.
 * @throws invalid_frame
 */
function textOf(name: unknown, payload: unknown): string {
  const frame = { ...(isObject(payload) ? payload : {}), type: typeof name === "string" ? name : null };
  const problem = checkJsonBounds(frame);
  if (problem !== undefined) throw new ThroughlineError("invalid_frame", problem);
  return JSON.stringify(frame);
}

function refusal(cause: unknown): JsonObject {
  const { code, message } = ThroughlineError.from(cause);
  return { ok: false, code, message };
}
