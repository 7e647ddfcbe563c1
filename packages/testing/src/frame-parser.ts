/** What a WebSocket message is; `close` carries the peer's code and reason. */
export type Message =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array };

const OPCODES = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;
const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const NO_CODE = 1005;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the frames a server sends (RFC 6455, section 5.2) from bytes that come in pieces of any size.
 * Strict: a frame that a server must not send is an error, so that a test notices it.
 */
export class FrameParser {
  readonly #onMessage: (message: Message) => void;
  readonly #header: number[] = [];
  #payload: Uint8Array | undefined;
  #filled = 0;
  #fragments: Uint8Array[] = [];

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  /** Whether what came so far ends with a whole message. */
  get whole(): boolean {
    return this.#header.length === 0 && this.#fragments.length === 0;
  }

  /** @throws Error for a frame that is masked, has a reserved bit or opcode, or text that is not UTF-8 */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#payload === undefined) at = this.#readHeader(bytes, at);
      else at = this.#fill(this.#payload, bytes, at);
      if (this.#payload !== undefined && this.#filled === this.#payload.length) this.#finish(this.#payload);
    }
  }

  #readHeader(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && this.#header.length < this.#headerLength()) this.#header.push(bytes[at++] as number);
    if (this.#header.length === this.#headerLength()) {
      this.#check();
      this.#payload = new Uint8Array(this.#payloadLength());
      this.#filled = 0;
    }
    return at;
  }

  #headerLength(): number {
    const length = (this.#header[1] ?? 0) & ~MASKED;
    if (this.#header.length < 2 || length < LENGTH_16) return 2;
    return length === LENGTH_16 ? 4 : 10;
  }

  #payloadLength(): number {
    const length = this.#header[1] as number;
    if (length < LENGTH_16) return length;
    return this.#header.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #check(): void {
    const [first = 0, second = 0] = this.#header;
    if ((first & RESERVED) !== 0) throw new Error("The server set a reserved bit.");
    if ((second & MASKED) !== 0) throw new Error("The server masked a frame.");
    if ((second & ~MASKED) === LENGTH_64 && (this.#header[2] as number) >= 0x80)
      throw new Error("A length is negative.");
  }

  #fill(payload: Uint8Array, bytes: Uint8Array, from: number): number {
    const part = bytes.subarray(from, from + payload.length - this.#filled);
    payload.set(part, this.#filled);
    this.#filled += part.length;
    return from + part.length;
  }

  #finish(payload: Uint8Array): void {
    const first = this.#header[0] as number;
    this.#header.length = 0;
    this.#payload = undefined;
    this.#deliver(first & 0x0f, (first & FIN) !== 0, payload);
  }

  #deliver(opcode: number, final: boolean, payload: Uint8Array): void {
    switch (opcode) {
      case OPCODES.text:
      case OPCODES.continuation:
        if ((opcode === OPCODES.text) !== (this.#fragments.length === 0))
          throw new Error("Fragments are out of order.");
        this.#fragments.push(payload);
        if (final) this.#deliverText();
        break;
      case OPCODES.close:
        this.#onMessage(closeOf(payload));
        break;
      case OPCODES.ping:
      case OPCODES.pong:
        this.#onMessage({ type: opcode === OPCODES.ping ? "ping" : "pong", payload });
        break;
      default:
        throw new Error(`The server sent opcode ${opcode}.`);
    }
  }

  #deliverText(): void {
    const bytes = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#onMessage({ type: "text", text: decoder.decode(bytes) });
  }
}

function closeOf(payload: Uint8Array): Message {
  if (payload.length < 2) return { type: "close", code: NO_CODE, reason: "" };
  const code = (payload[0] as number) * 256 + (payload[1] as number);
  return { type: "close", code, reason: decoder.decode(payload.subarray(2)) };
}
