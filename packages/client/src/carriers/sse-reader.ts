/** A frame without an end longer than this is not one of ours. In UTF-16 units. */
const MAX_PENDING = 64 * 1024 * 1024;

/**
 * Reads the event streams of this protocol piece by piece: one `data:` line is one frame, and every
 * other line (comments, blank lines) stands for nothing (PROTOCOL.md N3).
 *
 * @returns a function that takes the next piece of text and gives the frames it completed
 * @throws RangeError when a frame never ends
 */
export function createFrameReader(): (chunk: string) => unknown[] {
  let pending = "";
  return (chunk) => {
    const lines = (pending + chunk).split("\n");
    pending = lines.pop() ?? "";
    if (pending.length > MAX_PENDING) throw new RangeError("The server sent a frame that does not end.");
    return lines.filter((line) => line.startsWith("data:")).map((line) => JSON.parse(line.slice(5)) as unknown);
  };
}
