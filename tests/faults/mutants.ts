import type { Gateway } from "@throughline/gateway";
import type { Append, Appended, StreamLog } from "@throughline/log";
import { acknowledgesItself, hidesResets, resumesAt } from "./apps/mistakes.ts";
import type { Tamper } from "./apps/tamper.ts";
import { overlay } from "./tails.ts";

/**
 * A server or a client with one mistake in it, made at a seam of the real one. The checker must find
 * each of them, or it would not find the like in the product either.
 */
export interface Mutant {
  readonly log?: (log: StreamLog) => StreamLog;
  readonly gateway?: (gateway: Gateway, log: StreamLog) => Gateway;
  /** Makes what rewrites the frames of one WebSocket of the real client. */
  readonly tamper?: () => Tamper;
}

/** No mistake. */
export const NONE: Mutant = {};

/** Every known mistake, by what it does. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  "a server that resumes one event too late": { gateway: (gateway) => resumeAt(gateway, 1) },
  "a server that resumes one event too early": { gateway: (gateway) => resumeAt(gateway, -1) },
  "a server that acknowledges before the write": { log: acknowledgeEarly },
  "a server that writes the terminal event twice": { log: doubleTerminal },
  "a server that drops frames of a slow client": { gateway: dropWhenSlow },
  "a client that resumes one event too late": { tamper: () => resumesAt(1) },
  "a client that resumes one event too early": { tamper: () => resumesAt(-1) },
  "a client that does not tell of resets": { tamper: hidesResets },
  "a client that takes what was sent for acknowledged": { tamper: acknowledgesItself },
};

/** Moves every position that a client resumes from. */
function resumeAt(gateway: Gateway, by: number): Gateway {
  const moved = (cursor: string | null): string | undefined => {
    const [, epoch = "", seq] = /^(.*\.)?(\d+)$/.exec(cursor ?? "") ?? [];
    return seq === undefined || seq === "0" ? undefined : `${epoch}${Number(seq) + by}`;
  };
  const movedUrl = (text: string | URL): URL => {
    const url = new URL(text);
    const after = moved(url.searchParams.get("after"));
    if (after !== undefined) url.searchParams.set("after", after);
    return url;
  };
  return {
    ...gateway,
    accept: (request, sink) => gateway.accept({ ...request, url: movedUrl(request.url) }, sink),
    fetch: (request, env) => {
      const headers = new Headers(request.headers);
      const last = moved(headers.get("last-event-id"));
      if (last !== undefined) headers.set("last-event-id", last);
      if (request.method !== "GET") return gateway.fetch(request, env);
      return gateway.fetch(new Request(movedUrl(request.url), { headers, signal: request.signal }), env);
    },
  };
}

/** Says "stored" at once; the write follows. */
function acknowledgeEarly(log: StreamLog): StreamLog {
  const heads = new Map<string, { epoch: string; head: number }>();
  const predict = async ({ stream, records }: Append): Promise<Appended | undefined> => {
    const known = heads.get(stream) ?? (await log.info(stream));
    if (known === undefined) return undefined;
    const last = known.head + records.length;
    heads.set(stream, { epoch: known.epoch, head: last });
    return { stream, epoch: known.epoch, first: known.head + 1, last };
  };
  return overlay(log, {
    append: async (batch) => {
      const appended: Appended[] = [];
      for (const append of batch.appends) {
        const place = await predict(append);
        if (place !== undefined) appended.push(place);
      }
      // A stream that is yet to be made, and conditions on controls, are nothing to guess about.
      const guess = appended.length === batch.appends.length && batch.appends.length > 0;
      const written = log.append(batch);
      if (!guess) return written;
      written.catch(() => heads.clear());
      return { appended, duplicate: false };
    },
  });
}

/** Appends every terminal event once more; the writer's own count of the stream is kept as it was. */
function doubleTerminal(log: StreamLog): StreamLog {
  const extra = new Map<string, number>();
  const isTerminal = (record: Uint8Array): boolean =>
    /^\{"type":"RUN_(FINISHED|ERROR)"/.test(Buffer.from(record).toString());
  return overlay(log, {
    append: async (batch) => {
      const appends = batch.appends.map((append) => {
        const ahead = extra.get(append.stream) ?? 0;
        return append.expectedHead === undefined ? append : { ...append, expectedHead: append.expectedHead + ahead };
      });
      const result = await log.append({ ...batch, appends });
      for (const { stream, records } of batch.appends) {
        const terminal = records.find((record) => isTerminal(record));
        if (terminal === undefined) continue;
        extra.set(stream, (extra.get(stream) ?? 0) + 1);
        await log.append({ appends: [{ stream, records: [terminal] }] });
      }
      return result;
    },
  });
}

/** Throws away what a client does not take at once. */
function dropWhenSlow(gateway: Gateway): Gateway {
  return {
    ...gateway,
    accept: (request, sink) =>
      gateway.accept(request, {
        write: (bytes) => {
          if (sink.buffered === 0) sink.write(bytes);
        },
        get buffered() {
          return sink.buffered;
        },
        onceDrained: (listener) => sink.onceDrained(listener),
        ping: (payload) => sink.ping(payload),
        end: (reason) => sink.end(reason),
      }),
  };
}
