import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";
import type { Carrier, NativeContext, NativeHost } from "./carrier.ts";
import { FollowCarrier } from "./follow.ts";
import { followBody, post, refusedThreads } from "./http.ts";

/** How long a request waits for news, in seconds. Shorter than what proxies put up with. */
const WAIT_S = 20;
/** An answer without news that came sooner than this is not hurried after, in ms. */
const HASTE_MS = 1_000;
/** The server tells none to those who poll. */
const HEARTBEAT_MS = 30_000;

/** Opens the native protocol over requests that wait for news: for networks that hold streams back. */
export function openLongPoll(context: NativeContext, host: NativeHost): Carrier<NativeClientFrame> {
  return new LongPollCarrier(context, host);
}

class LongPollCarrier extends FollowCarrier {
  readonly transport = "long-poll";

  protected async follow(signal: AbortSignal, isFirst: boolean): Promise<void> {
    const { clock } = this.context.system;
    // The first answer comes at once, whether there is news or not: it shows that the way is clear.
    for (let wait = 0; !signal.aborted; wait = WAIT_S) {
      const askedAt = clock.monotonic();
      const frames = await this.#poll(signal, wait);
      if (signal.aborted) return;
      this.host.heard();
      if (isFirst) this.opened(HEARTBEAT_MS);
      for (const frame of frames) if (!signal.aborted) this.host.frame(frame);
      const isHasty = wait > 0 && frames.length === 0 && clock.monotonic() - askedAt < HASTE_MS;
      if (isHasty) await new Promise<void>((resolve) => clock.setTimeout(resolve, HASTE_MS));
    }
  }

  async #poll(signal: AbortSignal, wait: number): Promise<readonly NativeServerFrame[]> {
    const subscriptions = this.ask();
    const body = (hello: Parameters<typeof followBody>[0]): object => followBody(hello, subscriptions, wait);
    const response = await post(this.context, "follow", body, { signal, accept: "application/json" });
    const { frames } = (await response.json()) as { readonly frames: readonly NativeServerFrame[] };
    return [...frames, ...refusedThreads(subscriptions)];
  }
}
