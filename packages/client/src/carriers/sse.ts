import type { NativeClientFrame, NativeServerFrame } from "@throughline/protocol";
import { lost } from "../connection/failure.ts";
import type { Carrier, NativeContext, NativeHost } from "./carrier.ts";
import { FollowCarrier } from "./follow.ts";
import { Failed, followBody, post, refusedThreads } from "./http.ts";
import { createFrameReader } from "./sse-reader.ts";

/** Opens the native protocol over server-sent events, read by `fetch`. */
export function openSse(context: NativeContext, host: NativeHost): Carrier<NativeClientFrame> {
  return new SseCarrier(context, host);
}

class SseCarrier extends FollowCarrier {
  readonly transport = "sse";

  protected async follow(signal: AbortSignal): Promise<void> {
    const subscriptions = this.ask();
    const accept = "text/event-stream";
    const response = await post(this.context, "follow", (hello) => followBody(hello, subscriptions), {
      signal,
      accept,
    });
    if (response.body === null || response.headers.get("content-type")?.startsWith(accept) !== true) {
      throw new Failed(lost("The answer is no event stream.", { elsewhere: true }));
    }
    const read = createFrameReader();
    for await (const text of textOf(response.body)) {
      if (signal.aborted) return;
      this.host.heard();
      for (const frame of read(text) as NativeServerFrame[]) {
        if (signal.aborted) return;
        if (frame.type === "welcome") this.opened(frame.heartbeat_ms);
        else this.host.frame(frame);
        if (frame.type === "welcome") for (const each of refusedThreads(subscriptions)) this.host.frame(each);
      }
    }
    // The server never ends a stream of its own accord: something on the way cut it.
    throw new Failed(lost("The event stream ended.", { elsewhere: true }));
  }
}

/** The body's text, piece by piece. Not `for await`: Safari's streams are not iterable. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}
