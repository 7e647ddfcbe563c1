import { openSocket, type SocketClient } from "../lib/socket-client.ts";
import { trailingNumber } from "../lib/trailing-number.ts";
import { machineMs } from "./payload.ts";
import { eventsIn, greetings, NATIVE_PROTOCOL } from "./native-frames.ts";
import { type Case, threadName } from "./task.ts";

/** What all subscribers have received. */
export interface Tally {
  messages: number;
  /** Messages whose seq did not follow the one before. */
  gaps: number;
  /** Times from making to receiving, in ms, of every {@link SAMPLE}th message. */
  readonly latencies: number[];
}

const PATHS = {
  throughline: "/ws/stream?",
  native: "/ws?",
  ws: "/ws/stream?",
  "socket.io": "/socket.io/?EIO=4&transport=websocket&",
} as const;

/** A prime, so that it falls on all subscribers alike. */
const SAMPLE = 61;
const DELTA_KEY = Buffer.from('"delta":"');
const STAMP_BYTES = 20;
/** Where a message says what it is: `{"type":"token"` or `42["token"`. */
const KIND_AT = 9;
const FRAMED_KIND_AT = 4;
const TOKEN = Buffer.from("to");

/** One subscriber; knows the frames of each kind of server just well enough to count messages. */
export class Subscriber {
  readonly #case: Case;
  readonly #tally: Tally;
  readonly #joined: () => void;
  #client: SocketClient | undefined;
  /** Seq of the last message; 0 before the first. */
  last = 0;

  private constructor(task: Case, tally: Tally, joined: () => void) {
    this.#case = task;
    this.#tally = tally;
    this.#joined = joined;
  }

  /** Resolves once the server has taken the subscription. */
  static async open(task: Case, port: number, index: number, tally: Tally): Promise<Subscriber> {
    const thread = `thread_id=${threadName(index % task.threads)}`;
    const path = PATHS[task.kind] + thread;
    const protocol = task.kind === "native" ? NATIVE_PROTOCOL : undefined;
    let handleJoin = (): void => {};
    const joined = new Promise<void>((resolve) => {
      handleJoin = resolve;
    });
    const subscriber = new Subscriber(task, tally, handleJoin);
    const handle = (bytes: Buffer, start: number, end: number): void => subscriber.#handleText(bytes, start, end);
    const client = await openSocket(port, path, handle, protocol);
    subscriber.#client = client;
    if (task.kind === "native") for (const text of greetings(task, index)) client.send(text);
    // Socket.IO's own handshake: join the default namespace.
    if (task.kind === "socket.io") client.send("40");
    // A bare broadcast server says nothing when it takes a socket.
    if (task.kind !== "ws") await joined;
    return subscriber;
  }

  get bytes(): number {
    return this.#client?.bytes ?? 0;
  }

  #handleText(bytes: Buffer, start: number, end: number): void {
    if (this.#case.kind === "native") return this.#handleNative(bytes, start, end);
    const seq = this.#seqOf(bytes, start, end);
    if (seq === undefined) return this.#handleOther(bytes, start, end);
    this.#count(bytes, start, seq, 1);
  }

  /** One frame holds many events. */
  #handleNative(bytes: Buffer, start: number, end: number): void {
    const events = eventsIn(bytes, start, end);
    if (events === undefined) return this.#handleOther(bytes, start, end);
    this.#count(bytes, start, events.first, events.count);
  }

  #count(bytes: Buffer, start: number, first: number, count: number): void {
    const sampled = Math.floor((this.#tally.messages + count) / SAMPLE) > Math.floor(this.#tally.messages / SAMPLE);
    this.#tally.messages += count;
    if (this.last > 0 && first !== this.last + 1) this.#tally.gaps += 1;
    this.last = first + count - 1;
    if (!sampled) return;
    const at = bytes.indexOf(DELTA_KEY, start) + DELTA_KEY.length;
    this.#tally.latencies.push(machineMs() - Number.parseFloat(bytes.toString("latin1", at, at + STAMP_BYTES)));
  }

  /** The number at the end of a message: `…"seq":12}`, with `]` behind it from Socket.IO; undefined for other frames. */
  #seqOf(bytes: Buffer, start: number, end: number): number | undefined {
    const framed = this.#case.kind === "socket.io";
    const kindAt = start + (framed ? FRAMED_KIND_AT : KIND_AT);
    if (bytes[kindAt] !== TOKEN[0] || bytes[kindAt + 1] !== TOKEN[1]) return undefined;
    return trailingNumber(bytes, end - (framed ? 2 : 1));
  }

  #handleOther(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString("latin1", start, end);
    if (text === "2") this.#client?.send("3");
    if (text.startsWith("40") || text.startsWith('{"type":"connected"') || text.startsWith('{"type":"subscribed"'))
      this.#joined();
  }
}
