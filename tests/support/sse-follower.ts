import { setTimeout as delay } from "node:timers/promises";
import type { AguiEvent } from "@throughline/protocol";
import { dataOf, type EventStream, MemoryHttp, type SseEvent } from "@throughline/testing";

const RETRY_MS = 100;

/** Reads a thread over server-sent events, and comes back to where it was until it is closed. */
export class SseFollower implements Disposable {
  readonly events: { readonly id: string; readonly event: AguiEvent }[] = [];
  readonly resets: unknown[] = [];
  readonly #http: MemoryHttp;
  readonly #path: string;
  #stream: EventStream | undefined;
  #closed = false;

  constructor(origin: string, threadId: string) {
    this.#http = new MemoryHttp({ fetch: (request) => fetch(request) }, origin);
    this.#path = `/api/v1/threads/${threadId}/events`;
    void this.#follow();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#stream?.close();
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      await this.#readOnce().catch(() => undefined);
      await delay(RETRY_MS);
    }
  }

  async #readOnce(): Promise<void> {
    const over = Promise.withResolvers<void>();
    this.#stream = await this.#http.events(this.#path, {
      lastEventId: this.events.at(-1)?.id,
      onEvent: (event) => this.#take(event),
      onEnd: () => over.resolve(),
    });
    await over.promise;
  }

  #take(event: SseEvent): void {
    if (event.type === "reset") this.resets.push(dataOf(event));
    else this.events.push({ id: event.id, event: dataOf(event) as unknown as AguiEvent });
  }
}
