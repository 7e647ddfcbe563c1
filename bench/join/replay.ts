import { get } from "node:http";
import { openSocket } from "../lib/socket-client.ts";
import { trailingNumber } from "../lib/trailing-number.ts";

/** How long it took to get what was asked for, and what it weighed. */
export interface Replayed {
  readonly ms: number;
  readonly bytes: number;
}

/** Long enough to hold an event's id and what stands around it. */
const MARK_BYTES = 64;
/** The greeting tells the last seq too. */
const GREETING = Buffer.from('{"type":"connected"');

/** All events from the first to `last`, as server-sent events. */
export function replayOverSse(port: number, thread: string, last: number): Promise<Replayed> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let tail = "";
    const headers = { accept: "text/event-stream" };
    const request = get({ port, host: "127.0.0.1", path: `/api/v1/threads/${thread}/events?after=0`, headers });
    request.once("error", reject);
    request.once("response", (response) => {
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        tail = tail.slice(-MARK_BYTES) + chunk.toString("latin1");
        if (!tail.includes(`.${last}\ndata: `)) return;
        response.destroy();
        resolve({ ms: performance.now() - start, bytes });
      });
    });
  });
}

/** The frames of `/ws/stream` behind `after`, up to that of event `last`. */
export async function replayOverWebSocket(
  port: number,
  thread: string,
  after: number,
  last: number,
): Promise<Replayed> {
  const start = performance.now();
  let handleLast = (): void => {};
  const done = new Promise<void>((resolve) => {
    handleLast = resolve;
  });
  const client = await openSocket(port, `/ws/stream?thread_id=${thread}&after=${after}`, (bytes, from, end) => {
    if (bytes.subarray(from, from + GREETING.length).equals(GREETING)) return;
    if (trailingNumber(bytes, end - 1) === last) handleLast();
  });
  await done;
  const { bytes } = client;
  client.close();
  return { ms: performance.now() - start, bytes };
}
