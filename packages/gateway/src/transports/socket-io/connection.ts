import type { Socket as EngineSocket } from "engine.io";
import type { Clock } from "@throughline/protocol";
import type { EndReason } from "../../delivery/sink.ts";
import { Unread } from "../../delivery/unread.ts";
import { type Rate, RateLimit } from "../rate.ts";
import type { Packet } from "./packets.ts";

/** Below this a connection that was full takes more. */
const ROOM_BYTES = 256 * 1024;

/** One connection of Engine.IO, over polling or WebSocket or first the one and then the other. */
export class Connection {
  readonly #conn: EngineSocket;
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #unread = new Unread();
  #buffered = 0;
  #claimed = false;
  #waiting: (() => void)[] = [];

  constructor(conn: EngineSocket, rate: Rate, clock: Clock) {
    this.#conn = conn;
    this.#clock = clock;
    this.#limit = new RateLimit(rate, clock);
    conn.on("packet", () => {
      if (!this.#limit.take()) this.end("rate");
    });
  }

  /** Bytes given by {@link write} that have not been handed to the network. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Whether nobody has had the connection before: the library lets a client that hurries join several times. */
  claim(): boolean {
    const first = !this.#claimed;
    this.#claimed = true;
    return first;
  }

  /** Sends what no cursor holds back: who has left too much unread is sent away instead. */
  tell(packets: readonly Packet[]): void {
    if (this.#unread.admits(sizeOf(packets), this.#buffered)) this.write(packets);
    else this.end("slow");
  }

  /** Sends packets; what comes once the connection is closing is dropped. */
  write(packets: readonly Packet[]): void {
    if (this.#conn.readyState !== "open") return;
    const bytes = sizeOf(packets);
    this.#buffered += bytes;
    for (const [at, { text, options }] of packets.entries()) {
      // Engine.IO calls back when the batch with the last of them has been sent.
      const sent = at === packets.length - 1 ? () => this.#sent(bytes) : undefined;
      this.#conn.write(text, options, sent);
    }
  }

  /** Calls `listener` once there is room again. */
  onceDrained(listener: () => void): void {
    if (this.#buffered <= ROOM_BYTES) this.#clock.setImmediate(listener);
    else this.#waiting.push(listener);
  }

  /**
   * Closes the transport, and no more than that: a client whose server *disconnects* it stays away by the
   * library's rules, while one that loses its transport comes back.
   */
  end(reason: EndReason): void {
    // Who does not read, or keeps no rule, will not read what still waits either.
    this.#conn.close(reason === "slow" || reason === "rate" || reason === "malformed");
  }

  #sent(bytes: number): void {
    this.#buffered -= bytes;
    if (this.#buffered > ROOM_BYTES) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const listener of waiting) listener();
  }
}

function sizeOf(packets: readonly Packet[]): number {
  return packets.reduce((sum, { options }) => sum + options.wsPreEncodedFrame[0].length, 0);
}
