/** One message of a server-sent event stream. */
export interface SseMessage {
  /** `message` unless the server named it. */
  readonly event: string;
  /** Its own `id:` field; unlike EventSource, an id does not stick to the messages that follow. */
  readonly id: string | undefined;
  readonly data: string;
}

/** A message without an end longer than this is not one of ours: the reader gives up on the stream. */
const MAX_PENDING = 8 * 1024 * 1024;

/**
 * Reads `text/event-stream` piece by piece. The browser's EventSource would do the same but hides
 * what this console needs: the bytes of a keep-alive (to tell a silent socket from a dead one), the
 * position to resume from, and the moment to reconnect.
 *
 * @returns a function that takes the next piece of text and gives the messages it completed
 * @throws RangeError when a message never ends
 */
export function createSseReader(): (chunk: string) => SseMessage[] {
  let pending = "";
  return (chunk) => {
    pending += chunk;
    const messages: SseMessage[] = [];
    for (let end = findEnd(pending); end !== undefined; end = findEnd(pending)) {
      const message = parseBlock(pending.slice(0, end.at));
      pending = pending.slice(end.at + end.length);
      if (message !== undefined) messages.push(message);
    }
    if (pending.length > MAX_PENDING) throw new RangeError("The server sent an event that does not end.");
    return messages;
  };
}

/** Where the first block ends and how long the blank line after it is. */
function findEnd(text: string): { at: number; length: number } | undefined {
  const match = /\r?\n\r?\n/.exec(text);
  return match === null ? undefined : { at: match.index, length: match[0].length };
}

/** Blocks of comments only, and blocks without data, stand for nothing. */
function parseBlock(block: string): SseMessage | undefined {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? undefined : { event, id, data: data.join("\n") };
}
