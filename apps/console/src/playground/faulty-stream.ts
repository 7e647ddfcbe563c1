import type { DelayLine } from "./delay-line.ts";

export interface FaultyStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Breaks it off, as a pulled cable would. */
  readonly break: () => void;
}

/**
 * A stream's pieces, each when it is due.
 * @param onEnd called once, however it ends
 */
export function faultyStream(source: ReadableStream<Uint8Array>, line: DelayLine, onEnd: () => void): FaultyStream {
  const reader = source.getReader();
  const { readable, controller } = controlled(() => end(() => {}));
  let isOver = false;
  /** Broken off meanwhile, what comes is lost, as it would be. */
  const end = (last: () => void): void => {
    if (isOver) return;
    isOver = true;
    last();
    onEnd();
    // The other side may be gone already; there is nobody left who would care.
    reader.cancel().catch(() => {});
  };
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return line.push(() => end(() => controller.close()));
      line.push(() => (isOver ? undefined : controller.enqueue(value)));
    }
  };
  pump().catch((error: unknown) => end(() => controller.error(error)));
  return {
    body: readable,
    break: () => end(() => controller.error(new TypeError("The playground broke the connection."))),
  };
}

function controlled(cancel: () => void): {
  readonly readable: ReadableStream<Uint8Array>;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const readable = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel,
  });
  if (controller === undefined) throw new Error("A stream starts at once.");
  return { readable, controller };
}
