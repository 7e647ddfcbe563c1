import type { From, NativeServerFrame } from "@throughline/protocol";
import { SseParser } from "@throughline/testing";
import type { TestServer } from "../support/gateway.ts";
import { Mailbox } from "../support/manual-agent.ts";
import type { WsClient } from "../support/ws-client.ts";

/** A thread that is followed, whatever carries it. */
export interface Follow extends AsyncDisposable {
  /** The next frame. */
  next(): Promise<NativeServerFrame>;
}

/** One carrier of the native protocol. */
export interface CarrierUnderTest {
  readonly name: string;
  follow(server: TestServer, thread: string, from: From): Promise<Follow>;
}

/** Opens a native WebSocket and says hello. */
export async function connectNative(server: TestServer, hello: object = {}): Promise<WsClient> {
  const client = await server.connect("/ws", { protocols: ["throughline.v1"] });
  client.send({ type: "hello", ...hello });
  await client.next("welcome");
  return client;
}

const webSocket: CarrierUnderTest = {
  name: "WebSocket",
  follow: async (server, thread, from) => {
    const client = await connectNative(server);
    client.send({ type: "subscribe", thread, from, presence: false });
    return {
      next: async () => (await client.nextWhere(() => true)) as NativeServerFrame,
      [Symbol.asyncDispose]: async () => {
        client.close();
        await client.closed;
      },
    };
  },
};

/** An open event stream, and its frames as they come. */
export async function openStream(server: TestServer, body: object): Promise<Follow & { readonly text: () => string }> {
  const leaving = new AbortController();
  const response = await post(server, "/api/v1/follow", body, leaving.signal);
  if (response.status !== 200 || response.body === null) throw new Error(`refused with ${response.status}`);
  const frames = new Mailbox<NativeServerFrame>();
  let text = "";
  const parser = new SseParser(({ data }) => frames.put(JSON.parse(data) as NativeServerFrame));
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      parser.push(bytes);
    }
  })().catch(() => undefined);
  return {
    next: () => frames.take(),
    text: () => text,
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
}

const sse: CarrierUnderTest = {
  name: "SSE",
  follow: async (server, thread, from) => {
    const stream = await openStream(server, { subscriptions: [{ thread, from, presence: false }] });
    const first = await stream.next();
    if (first.type !== "welcome") throw new Error(`the first frame is ${first.type}`);
    return stream;
  },
};

/** One long-poll. */
export async function poll(server: TestServer, body: object): Promise<NativeServerFrame[]> {
  const response = await post(server, "/api/v1/follow", { wait: 20, ...body });
  if (response.status !== 200) throw new Error(`refused with ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { frames: NativeServerFrame[] }).frames;
}

const longPoll: CarrierUnderTest = {
  name: "long-poll",
  follow: async (server, thread, from) => {
    const gathered: NativeServerFrame[] = [];
    let at = from;
    let first = true;
    return {
      next: async () => {
        while (gathered.length === 0) {
          const frames = await poll(server, { subscriptions: [{ thread, from: at }] });
          for (const frame of frames) {
            // Told at each request, as each stands for itself.
            if (frame.type === "subscribed" && !first && frame.view === undefined) continue;
            if (frame.type === "subscribed") at = { after: position(frame.epoch, frame.after) };
            if (frame.type === "events") at = { after: position(frame.epoch, frame.seq + frame.events.length - 1) };
            first = false;
            gathered.push(frame);
          }
        }
        return gathered.shift() as NativeServerFrame;
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

export const CARRIERS: readonly CarrierUnderTest[] = [webSocket, sse, longPoll];

/** A position, as clients write it. */
export function position(epoch: string, seq: number): string {
  return epoch === "" ? String(seq) : `${epoch}.${seq}`;
}

export function post(server: TestServer, path: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(server.origin + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads on until `until` events have come, checking that they are a contiguous slice; all of them, by seq. */
export async function collect(follow: Follow, after: number, until: number): Promise<Map<number, object>> {
  const events = new Map<number, object>();
  for (let at = after; at < until;) {
    const frame = await follow.next();
    if (frame.type !== "events") continue;
    if (frame.seq !== at + 1) throw new Error(`seq ${frame.seq} follows ${at}`);
    for (const event of frame.events) events.set((at += 1), event);
  }
  return events;
}
