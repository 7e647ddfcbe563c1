const encoder = new TextEncoder();

/** Pieces are gathered up to about this many bytes before they go out. */
const CHUNK = 32 * 1024;

/**
 * A body that is made as it is read: nothing is fetched before the client takes it, so a large file needs
 * no more memory than a small one. When the client goes, so does what makes it.
 */
export function streamText(text: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const pieces = text[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const parts: string[] = [];
        for (let length = 0; length < CHUNK;) {
          const { done, value } = await pieces.next();
          if (done === true) {
            if (parts.length > 0) controller.enqueue(encoder.encode(parts.join("")));
            controller.close();
            return;
          }
          parts.push(value);
          length += value.length;
        }
        controller.enqueue(encoder.encode(parts.join("")));
      },
      cancel: async () => {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
