import { printCursor } from "@throughline/protocol";

/** A frame of a dialect, parsed. */
export type DialectFrame = { readonly [key: string]: unknown };

/**
 * Where a client stands in a dialect's stream, and as whom: what it puts into the address to go on from
 * there. Every frame that stands for an event has its `seq`, the first one and a `reset` have the epoch.
 */
export class Position {
  #epoch: string | undefined;
  #seq: number | undefined;
  #threadId: string | undefined;
  readonly #clientId: string;

  /** @param clientId names the client across its connections, unless the address names another */
  constructor(clientId: string) {
    this.#clientId = clientId;
  }

  /** Takes note of a frame. */
  note(frame: DialectFrame): void {
    const type = frame["type"] ?? frame["event_type"];
    if (type === "reset") this.#seq = undefined;
    this.#epoch = textIn(frame, "epoch") ?? this.#epoch;
    if (type === "connected") this.#threadId ??= textIn(frame, "thread_id");
    const { seq } = frame;
    if (typeof seq === "number") this.#seq = Math.max(this.#seq ?? 0, seq);
  }

  /** The address to connect to. What the caller has put into it stays. */
  addTo(address: string): string {
    const url = new URL(address);
    const set = (key: string, value: string | undefined): void => {
      if (value !== undefined && !url.searchParams.has(key)) url.searchParams.set(key, value);
    };
    set("client_id", this.#clientId);
    set("thread_id", this.#threadId);
    // The place from which one first wanted to begin is behind us.
    if (this.#seq !== undefined) {
      url.searchParams.set(
        "after",
        printCursor({ seq: this.#seq, ...(this.#epoch !== undefined && { epoch: this.#epoch }) }),
      );
    }
    return url.href;
  }
}

/** Some dialects wrap their fields in `data`. */
function textIn(frame: DialectFrame, key: string): string | undefined {
  const data = frame["data"];
  const value = frame[key] ?? (typeof data === "object" && data !== null ? Reflect.get(data, key) : undefined);
  return typeof value === "string" ? value : undefined;
}
