import type { NativeClientFrame, SubscribeFrame } from "@throughline/protocol";
import type { Failure } from "../connection/failure.ts";
import type { Carrier, NativeContext, NativeHost, Transport } from "./carrier.ts";
import { failureIn } from "./http.ts";
import { Mailer } from "./mailer.ts";

/**
 * What the two HTTP carriers share: frames come by `follow` requests, each of which says anew where
 * every thread stands, so that a change of what is followed is a new request; commands go beside them.
 */
export abstract class FollowCarrier implements Carrier<NativeClientFrame> {
  abstract readonly transport: Transport;
  readonly pings = false;
  protected readonly context: NativeContext;
  protected readonly host: NativeHost;
  readonly #mailer: Mailer;
  #request = new AbortController();
  /** Threads of the latest request. */
  #asked = new Set<string>();
  #isChanging = false;
  #isOpen = false;
  #isOver = false;

  constructor(context: NativeContext, host: NativeHost) {
    this.context = context;
    this.host = host;
    const ended = (failure: Failure): void => this.#end(failure);
    this.#mailer = new Mailer(context, { frame: (frame) => host.frame(frame), heard: () => host.heard(), ended });
    // In a turn of its own: the host knows the carrier before it hears of it.
    context.system.clock.setImmediate(() => this.#begin(true));
  }

  /** Follows until the signal says otherwise. `isFirst`: nothing is known of the server yet. */
  protected abstract follow(signal: AbortSignal, isFirst: boolean): Promise<void>;

  send(frame: NativeClientFrame): void {
    if (frame.type === "command" || frame.type === "presence") this.#mailer.send(frame);
    else this.#change();
  }

  /** Only a new request tells whether the server is there; since it resumes exactly, it costs little. */
  probe(): void {
    this.#change();
  }

  close(): void {
    this.#end(undefined);
  }

  /** What a request asks for, where each thread stands now. */
  protected ask(): readonly SubscribeFrame[] {
    const subscriptions = this.context.subscriptions();
    this.#asked = new Set(subscriptions.map(({ thread }) => thread));
    return subscriptions;
  }

  protected opened(heartbeatMs: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.host.opened(heartbeatMs);
    // What was first followed while the request was on its way found no connection to say so.
    if (this.context.subscriptions().some(({ thread }) => !this.#asked.has(thread))) this.#change();
  }

  /** Changes of one turn make one request. */
  #change(): void {
    if (this.#isChanging) return;
    this.#isChanging = true;
    this.context.system.clock.setImmediate(() => {
      this.#isChanging = false;
      this.#begin(false);
    });
  }

  #begin(isFirst: boolean): void {
    if (this.#isOver) return;
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.follow(signal, isFirst).catch((thrown: unknown) => {
      if (!signal.aborted) this.#end(failureIn(thrown));
    });
  }

  #end(failure: Failure | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#request.abort();
    this.#mailer.close();
    if (failure !== undefined) this.host.ended(failure);
  }
}
