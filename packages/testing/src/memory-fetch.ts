import type { Gateway } from "@throughline/gateway";

/** The `fetch` of a network in memory, and the ways in which it fails. */
export interface MemoryFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Breaks every request and response that is under way, as a lost connection does. */
  drop(): void;
}

/** @param gateway the one that is reached; undefined while none is */
export function memoryFetch(gateway: () => Pick<Gateway, "fetch"> | undefined): MemoryFetch {
  const open = new Set<AbortController>();
  const send: typeof globalThis.fetch = async (input, init) => {
    const reached = gateway();
    if (reached === undefined) throw lost();
    const asked = new Request(input, init);
    const link = new AbortController();
    open.add(link);
    const signal = AbortSignal.any([asked.signal, link.signal]);
    // Fetch sends it by itself, and forbids scripts to; a gateway reads it.
    const headers = new Headers(asked.headers);
    headers.set("host", new URL(asked.url).host);
    try {
      const response = await unless(signal, reached.fetch(new Request(asked, { headers, signal })));
      if (response.body === null) return response;
      const body = carried(response.body, signal, () => open.delete(link));
      return new Response(body, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      open.delete(link);
      throw error;
    }
  };
  return {
    fetch: send,
    drop: () => {
      for (const link of open) link.abort(lost());
      open.clear();
    },
  };
}

/** What fetch throws when the network fails. */
function lost(): TypeError {
  return new TypeError("fetch failed");
}

/** The work's result, unless the signal fires first. */
function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", fail));
  });
}

/** The body as it comes over a network that may break. */
function carried(body: ReadableStream<Uint8Array>, signal: AbortSignal, done: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const leave = (reason?: unknown): void => {
    done();
    // Nobody is left who would care how the source ends.
    reader.cancel(reason).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: over, value } = await unless(signal, reader.read());
          if (!over) return controller.enqueue(value);
          done();
          controller.close();
        } catch (error) {
          leave(error);
          controller.error(error);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
