import type { Json } from "@throughline/protocol";

/** One server-sent event. */
export interface SseEvent {
  /** Its name; "message" for one without. */
  readonly type: string;
  readonly data: string;
  /** The last id that came, with this event or before it; "" for none yet. */
  readonly id: string;
}

/**
 * Reads server-sent events from bytes that come in pieces of any size (HTML standard, 9.2.6, with
 * LF line ends, which are all that the gateway writes).
 */
export class SseParser {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #onEvent: (event: SseEvent) => void;
  #rest = "";
  #type = "";
  #data: string[] = [];
  #id = "";

  constructor(onEvent: (event: SseEvent) => void) {
    this.#onEvent = onEvent;
  }

  push(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#handleLine(line);
  }

  #handleLine(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
  }

  #dispatch(): void {
    const data = this.#data.join("\n");
    const type = this.#type === "" ? "message" : this.#type;
    const any = this.#data.length > 0;
    this.#data = [];
    this.#type = "";
    if (any) this.#onEvent({ type, data, id: this.#id });
  }
}

/** The JSON in an event's data. */
export function dataOf(event: SseEvent): Json {
  return JSON.parse(event.data) as Json;
}
